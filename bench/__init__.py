"""Side-by-side benchmarks: each prints ratios from one run, so that the speed of the machine cancels out."""
