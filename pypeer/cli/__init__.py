"""The `pypeer` command: a thin user of the API. Prose and progress go to standard error, results to standard output."""
