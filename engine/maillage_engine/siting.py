"""Where to open: covering, p-median, p-center, with a proven bound on every answer.

Being written (with _siting_kernels.py, _siting_median.py, _siting_cover.py and their tests and
benchmarks) by the lead: leave these files to them.
"""
