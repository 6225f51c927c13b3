"""Several benches on one Dask cluster: ``lab fleet``."""
