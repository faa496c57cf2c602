"""The numbers of a report that ``--get`` and ``--require`` can name (a test holds them to it)."""

KEYS = {
    "simulate": "seed rolls",
    "fit": """
        rolls sides entropy entropy_standard_error log_likelihood aic bic confidence left_out.outcomes
        left_out.rolls""",
    "entropy": """
        results.0.value results.0.entropy results.0.perplexity results.0.efficiency results.0.standard_error""",
    "cross-entropy": """
        results.0.value results.0.entropy results.0.cross_entropy results.0.kl_divergence
        results.0.perplexity""",
    "kl": "results.0.value results.0.entropy results.0.cross_entropy results.0.kl_divergence",
    "divergences": """
        order divergences.kl.value divergences.reverse-kl.value divergences.jeffreys.value
        divergences.jensen-shannon.value divergences.jensen-shannon-distance.value
        divergences.total-variation.value divergences.hellinger.value divergences.bhattacharyya.value
        divergences.chi-squared.value divergences.renyi.value divergences.tsallis.value""",
    "test": "rolls statistic degrees_of_freedom p_value kl_divergence replicates seed",
    "power": """
        rolls power critical_value effect_per_roll degrees_of_freedom asymptotic_rolls simulated_power
        simulated_standard_error simulated_size replicates seed""",
    "converge": "seed rolls sides degrees_of_freedom confidence replicates wilks_low wilks_high",
    "score": """
        cross_entropy standard_error low high perplexity label_entropy skill prior_cross_entropy prior_skill
        accuracy top_k_accuracy brier ece ece_expected ece_band macro_f1 weighted_f1 balanced_accuracy mcc
        rows.read rows.scored rows.ignored effective_rows zero_probability_rows finite_cross_entropy
        max_row_sum_deviation worst_percent_share decomposition.forecasts decomposition.cross_entropy
        decomposition.reliability decomposition.resolution decomposition.uncertainty
        corp.log_loss_miscalibration corp.log_loss_discrimination corp.log_loss_uncertainty
        corp.brier_miscalibration corp.brier_discrimination corp.brier_uncertainty corp.auc corp.bins""",
    "compare": """
        a.cross_entropy a.accuracy b.cross_entropy b.accuracy difference standard_error low high t
        degrees_of_freedom p_value p_worse p_better sign_flip.p_value sign_flip.p_worse sign_flip.p_better
        sign_flip.flips sign_flip.seed mcnemar.only_a_correct mcnemar.only_b_correct mcnemar.p_value wins.a
        wins.b wins.ties rows rows_left_out rows_needed infinite_rows.only_a infinite_rows.only_b
        infinite_rows.both""",
    "calibrate": """
        temperature standard_error robust_standard_error low high cross_entropy_before cross_entropy_after
        ece_before ece_after accuracy_before accuracy_after cross_fitted.folds cross_fitted.seed
        cross_fitted.cross_entropy cross_fitted.standard_error cross_fitted.ece cross_fitted.accuracy
        class_count rows rows_read rows_ignored""",
    "verify": "figures different",
}
KEYS["merge"] = KEYS["score"]
"""Command -> the paths of its numbers, of a list of results those of the first."""
