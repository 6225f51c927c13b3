"""Views of the database: the questions that are asked most, ready to be asked."""

VIEWS = {
    "induced_per_scenario": """
        SELECT c.campaign, c.folder, c.simulated, c.created, c.title, s.scenario, s.kind, s.n,
               s.energy_wh, s.energy_low_wh, s.energy_high_wh,
               s.induced_wh, s.induced_low_wh, s.induced_high_wh, s.induced_wh_per_epoch
        FROM scenarios s JOIN campaigns c USING (folder)
        ORDER BY c.created, c.folder, s.scenario
    """,
    "control_runs": """
        SELECT campaign, folder, simulated, run_dir, t_utc_s, energy_wh, energy_u_wh, phase, signals,
               centre_wh, lower_wh, upper_wh
        FROM health WHERE row_campaign = campaign
        ORDER BY t_utc_s, folder
    """,
    "tracker_ratios": """
        SELECT c.campaign, c.folder, c.simulated, c.created, a.tracker, a.n, a.ratio, a.ratio_net,
               a.bias_wh, a.bias_low_wh, a.bias_high_wh, a.verdict
        FROM agreement a JOIN campaigns c USING (folder)
        WHERE a.scenario = 'all'
        ORDER BY c.created, c.folder, a.tracker
    """,
}
"""Energies of scenarios with their intervals; each run of the control workload once, as its own campaign
judged it; how far each tracker was from the meter."""
