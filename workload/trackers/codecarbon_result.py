"""The result of CodeCarbon, whichever way it was called: its fields are those of ``emissions.csv``."""

import wrapper

_WH_PER_KWH = 1000.0
_SETTINGS = (
    *("tracking_mode", "country_iso_code", "cpu_model", "cpu_count", "cpu_power", "gpu_model", "gpu_count"),
    *("gpu_power", "ram_total_size", "ram_power", "pue", "duration"),
)


def result_of(data, methods):
    """Return the result.

    Args:
        data: its fields, energies in kWh and durations in seconds, numbers or their texts.
        methods: how it comes by each part, and the watts that it assumes.
    """
    sees_gpu = bool(float(data["gpu_count"] or 0))
    wh = {
        part: float(data[f"{part}_energy"]) * _WH_PER_KWH
        for part in ("cpu", "gpu", "ram")
        if part != "gpu" or sees_gpu
    }
    settings = {name: data.get(name) for name in _SETTINGS}
    assumed = {key: value for key, value in methods.items() if key.endswith("_w")}
    return wrapper.Result(
        energy_wh=float(data["energy_consumed"]) * _WH_PER_KWH,
        cpu_wh=wh["cpu"],
        gpu_wh=wh.get("gpu"),
        ram_wh=wh["ram"],
        emissions_kg=float(data["emissions"]),
        version=str(data["codecarbon_version"]),
        scope_parts="cpu+gpu+ram" if sees_gpu else "cpu+ram",
        method={key: value for key, value in methods.items() if not key.endswith("_w")},
        settings={key: value for key, value in (settings | assumed).items() if value not in (None, "")},
        window_s=float(data["duration"]),
    )
