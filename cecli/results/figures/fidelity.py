"""The figures of fidelity."""

from __future__ import annotations

from cecli.results.figures import COUNT, NUMBER, UNIT, Figure

_ALL = "fidelity fidelity.students fidelity.groups"
_ONE = "fidelity fidelity.students"
_MEAN, _ERROR = "weights", "weights confidence"
_LABELS = "with labels"
_QUANTILES = "fidelity.kl_quantiles"
_CHANGES = "fidelity.quantiles"
_CHANGE = "fidelity.top_probability_change fidelity.label_probability_change"

_SHARES = (
    ("min", "Minimum", "the least of all rows"),
    ("p00_1", "0.1 %", "what 0.1 % of the rows are below"),
    ("p01", "1 %", "what 1 % of the rows are below"),
    ("p05", "5 %", "what 5 % of the rows are below"),
    ("p10", "10 %", "what 10 % of the rows are below"),
    ("p25", "25 %", "what a quarter of the rows is below"),
    ("median", "Median", "what half of the rows are below"),
    ("p75", "75 %", "what three quarters of the rows are below"),
    ("p90", "90 %", "what 90 % of the rows are below"),
    ("p95", "95 %", "what 95 % of the rows are below"),
    ("p99", "99 %", "what 99 % of the rows are below"),
    ("p99_9", "99.9 %", "what 99.9 % of the rows are below"),
    ("max", "Maximum", "the largest of all rows"),
)

FIGURES = (
    Figure("file", "File", "text", "what messages call the file of predictions",
           "fidelity.students fidelity.comparisons"),
    Figure("unit", "Unit", "text", "the unit of divergences, entropies and losses", "fidelity"),
    Figure("teacher", "Teacher", "text", "what messages call the file of the teacher's predictions, p", "fidelity"),
    Figure("student", "Student", "text", "what messages call the file of the student's predictions, q", "fidelity",
           "of one student"),
    Figure("group", "Group", "text", "the text that the rows of the group share", "fidelity.groups"),
    Figure("kl_mean", "KL divergence", UNIT, "the mean over the rows of D(p||q), p what the teacher predicts and q "
           "what the student does, each divided by its sum", _ALL, alike=_MEAN),
    Figure("kl_standard_error", "Standard error", UNIT, "of that mean; its interval is Student's t", _ALL, alike=_MEAN),
    Figure("kl_low", "Lower end", UNIT, "the lower end of the confidence interval of the mean", _ALL, alike=_ERROR),
    Figure("kl_high", "Upper end", UNIT, "the upper end of the confidence interval of the mean", _ALL, alike=_ERROR),
    Figure("kl_rms", "Root mean square", UNIT, "the root of the mean of D(p||q)²", _ALL, alike=_MEAN),
    Figure("kl_quantiles", "Quantiles", "object", "what shares of the rows have a D(p||q) below", _ONE),
    *(Figure(key, title, UNIT, meaning, _QUANTILES) for key, title, meaning in _SHARES),
    *(Figure(key, title, NUMBER, meaning, _CHANGES) for key, title, meaning in _SHARES),
    Figure("quantile_width", "Width of the bins", NUMBER, "how wide the bins are that quantiles are taken of, as a "
           "share of their lower end; 0 where they are those of the rows themselves", "fidelity"),
    Figure("reverse_kl_mean", "Reverse KL divergence", UNIT, "the mean of D(q||p)", _ALL, alike=_MEAN),
    Figure("jensen_shannon_mean", "Jensen-Shannon divergence", UNIT, "the mean of the divergence of both from their "
           "mean", _ALL, alike=_MEAN),
    Figure("total_variation_mean", "Total variation", NUMBER, "the mean of half the sum of |p - q|, from 0 to 1", _ALL,
           alike=_MEAN),
    Figure("hellinger_mean", "Hellinger distance", NUMBER, "the mean of the root of half the sum of (√p - √q)², from "
           "0 to 1", _ALL, alike=_MEAN),
    Figure("cross_entropy", "Cross-entropy", UNIT, "the mean of H(p, q)", _ALL, alike=_MEAN),
    Figure("entropy_teacher", "Entropy of the teacher", UNIT, "the mean of H(p)", _ALL, alike=_MEAN),
    Figure("entropy_student", "Entropy of the student", UNIT, "the mean of H(q)", _ALL, alike=_MEAN),
    Figure("same_top", "Same top class", NUMBER, "how often the same class comes first in both", _ALL, alike=_MEAN),
    Figure("same_top_low", "Lower end", NUMBER, "the lower end of Wilson's interval of that share", _ALL, alike=_ERROR),
    Figure("same_top_high", "Upper end", NUMBER, "its upper end", _ALL, alike=_ERROR),
    Figure("top_k_agreement", "Top-k agreement", NUMBER, "how often the teacher's top class is among the student's k "
           "first", _ALL, "of more than k classes", alike="weights top_k"),
    Figure("top_probability_change", "Change of the top probability", "object", "by how much the probability of the "
           "teacher's top class changes", _ALL),
    Figure("mean", "Mean", NUMBER, "the mean of the student's less the teacher's", _CHANGE, alike=_MEAN),
    Figure("standard_error", "Standard error", NUMBER, "of that mean", _CHANGE, alike=_MEAN),
    Figure("rms", "Root mean square", NUMBER, "the root of the mean square of the change", _CHANGE, alike=_MEAN),
    Figure("quantiles", "Quantiles", "object", "what shares of the rows have a change below",
           "fidelity.label_probability_change"),
    Figure("infinite_rows", "Infinite rows", COUNT, "rows where a class has a probability of 0 in the student and none "
           "in the teacher", _ALL),
    Figure("finite_kl_mean", "Mean of the other rows", UNIT, "the mean of D(p||q) over the other rows", _ALL,
           "where rows are infinite", alike=_MEAN),
    Figure("rows", "Rows", COUNT, "rows that count", _ALL),
    Figure("rows_left_out", "Rows left out", COUNT, "rows left out by --ignore or a weight of 0", _ONE),
    Figure("clusters", "Clusters", COUNT, "clusters of rows, of which standard errors are taken", _ALL,
           "with --cluster"),
    Figure("loss_teacher", "Loss of the teacher", UNIT, "its cross-entropy loss, as score takes it", _ALL, _LABELS,
           alike=_MEAN),
    Figure("loss_student", "Loss of the student", UNIT, "its cross-entropy loss, as score takes it", _ALL, _LABELS,
           alike=_MEAN),
    Figure("perplexity_teacher", "Perplexity of the teacher", NUMBER, "exp of its loss in nats", _ALL, _LABELS,
           alike=_MEAN),
    Figure("perplexity_student", "Perplexity of the student", NUMBER, "exp of its loss in nats", _ALL, _LABELS,
           alike=_MEAN),
    Figure("log_perplexity_ratio", "Log perplexity ratio", UNIT, "the student's loss less the teacher's", _ALL, _LABELS,
           alike=_MEAN),
    Figure("log_perplexity_ratio_standard_error", "Standard error", UNIT, "of the paired differences", _ALL, _LABELS,
           alike=_MEAN),
    Figure("log_perplexity_ratio_low", "Lower end", UNIT, "the lower end of its confidence interval", _ALL, _LABELS,
           alike=_ERROR),
    Figure("log_perplexity_ratio_high", "Upper end", UNIT, "the upper end of its confidence interval", _ALL, _LABELS,
           alike=_ERROR),
    Figure("perplexity_ratio", "Perplexity ratio", NUMBER, "the student's perplexity by the teacher's", _ALL, _LABELS,
           alike=_MEAN),
    Figure("loss_correlation", "Correlation of the losses", NUMBER, "Pearson's correlation of the finite losses of the "
           "rows", _ALL, _LABELS, alike=_MEAN),
    Figure("label_probability_change", "Change of the label's probability", "object", "by how much the probability of "
           "the class that was observed changes", _ALL, "with one observed class a row"),
    Figure("students", "Students", "results", "the figures of each student", "fidelity", "of several students"),
    Figure("comparisons", "Comparisons", "list", "each of the other students compared with the first", "fidelity",
           "of several students"),
    Figure("difference", "Difference", UNIT, "the mean of its D(p||q) less that of the first student: below 0, it is "
           "nearer to the teacher", "fidelity.comparisons", alike=_MEAN),
    Figure("standard_error", "Standard error", UNIT, "of the paired differences", "fidelity.comparisons", alike=_MEAN),
    Figure("low", "Lower end", UNIT, "the lower end of the confidence interval of the difference",
           "fidelity.comparisons", alike=_ERROR),
    Figure("high", "Upper end", UNIT, "the upper end of the confidence interval of the difference",
           "fidelity.comparisons", alike=_ERROR),
    Figure("t", "t", NUMBER, "the difference by its standard error", "fidelity.comparisons"),
    Figure("degrees_of_freedom", "Degrees of freedom", NUMBER, "of Student's t", "fidelity.comparisons"),
    Figure("p_value", "P-value", NUMBER, "how unlikely a difference so far from 0 is where there is none",
           "fidelity.comparisons"),
    Figure("p_holm", "Holm's p-value", NUMBER, "the p-value adjusted for all comparisons", "fidelity.comparisons"),
    Figure("p_sign_flip", "P-value, sign flips", NUMBER, "how many choices of the signs of the differences give a sum "
           "as far from 0", "fidelity.comparisons"),
    Figure("p_mcnemar", "P-value, McNemar", NUMBER, "of the rows in which only one of the two keeps the teacher's top "
           "class, how unlikely such a division is", "fidelity.comparisons"),
    Figure("nearer_rows", "Nearer", COUNT, "rows in which it is nearer to the teacher than the first",
           "fidelity.comparisons"),
    Figure("farther_rows", "Farther", COUNT, "rows in which it is farther", "fidelity.comparisons"),
    Figure("top_k", "k", COUNT, "the k of the top-k agreement", "fidelity"),
    Figure("class_count", "Classes", COUNT, "the number of classes", "fidelity"),
    Figure("labels_read_as", "Labels read by", "text", "how labels name classes", "fidelity", _LABELS),
    Figure("matched_by", "Rows matched by", "text", "id or position", "fidelity"),
    Figure("confidence", "Confidence level", NUMBER, "the confidence level of the intervals", "fidelity"),
    Figure("weights", "Weights", "text", "what weights are: none, importance or frequency", "fidelity"),
    Figure("by", "Grouped by", "text", "the column of the groups", "fidelity", "with --by"),
    Figure("measures", "Measures", "list", "the mean of each figure of the rows, with its error and interval", _ONE),
    Figure("measure", "Measure", "text", "the figure", "fidelity.measures"),
    Figure("mean", "Mean", NUMBER, "its mean, in the unit unless it is a distance from 0 to 1", "fidelity.measures"),
    Figure("standard_error", "Standard error", NUMBER, "of the mean", "fidelity.measures"),
    Figure("low", "Lower end", NUMBER, "the lower end of its confidence interval", "fidelity.measures"),
    Figure("high", "Upper end", NUMBER, "the upper end of its confidence interval", "fidelity.measures"),
    Figure("histogram", "Histogram", "list", "the rows by the power of two that their D(p||q) is in nats", _ONE),
    Figure("low", "From", UNIT, "the lower end of the bin", "fidelity.histogram"),
    Figure("high", "To", UNIT, "the upper end of the bin", "fidelity.histogram"),
    Figure("share", "Share of the rows", NUMBER, "the share of the rows", "fidelity.histogram"),
    Figure("classes", "Classes", "list", "the rows by the class that comes first in the teacher", _ONE),
    Figure("class", "Class", "text", "the class", "fidelity.classes"),
    Figure("rows", "Rows", COUNT, "rows in which it comes first in the teacher", "fidelity.classes"),
    Figure("kl_mean", "KL divergence", UNIT, "the mean of D(p||q) over these", "fidelity.classes"),
    Figure("same_top", "Same top class", NUMBER, "how often it comes first in the student, too", "fidelity.classes"),
    Figure("left_for", "Left for", "text", "the class that most often takes its place", "fidelity.classes"),
    Figure("left_rows", "Rows left", COUNT, "rows in which that class does", "fidelity.classes"),
    Figure("worst", "The farthest rows", "list", "the rows of largest D(p||q)", _ONE, "with --worst"),
    Figure("row", "Row", COUNT, "the number of the row, from 1", "fidelity.worst"),
    Figure("file", "File", "text", "the file of the teacher that it stands in", "fidelity.worst", "of several files"),
    Figure("file_row", "Row of the file", COUNT, "its number in its file, from 1", "fidelity.worst",
           "of several files"),
    Figure("id", "Id", "text", "its id", "fidelity.worst", "where rows have ids"),
    Figure("label", "Label", "text", "the class that was observed", "fidelity.worst", "with one observed class a row"),
    Figure("teacher", "Teacher", "text", "the teacher's top class", "fidelity.worst"),
    Figure("student", "Student", "text", "the student's top class", "fidelity.worst"),
    Figure("kl", "KL divergence", UNIT, "D(p||q) of the row", "fidelity.worst"),
    Figure("groups", "Groups", "list", "the figures of each group of rows", _ONE, "with --by"),
)  # fmt: skip
"""All of them."""
