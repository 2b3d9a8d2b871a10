"""The report: outcomes to log lines, annotations, outputs and the step summary. Pure text."""
