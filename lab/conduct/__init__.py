"""From a plan to completed runs: campaign folder, conductor, attempts, and the checks before them."""
