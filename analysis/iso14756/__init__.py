"""Values and validity proofs after ISO/IEC 14756 (docs/explanation/method.md#isoiec-14756-and-de-uz-215).

The emulated user is the workload's process, a chain is a run, a task type is an action or the epoch, the
rating interval is the time of the ``run`` spans; what lies before it is the stabilisation phase, what
follows it the supplementary run.
"""
