"""``--apply`` and what the parameters were fitted to."""


def test_parameters_of_probabilities_are_not_those_of_logits(run, save, tmp_path):
    probs = save("p.csv", "a,b\n0.9,0.1\n0.75,0.25\n0.5,0.5\n0.25,0.75\n")
    logits, labels = save("z.csv", "a,b\n2,0\n1,0\n1,1\n0,1\n"), save("l.csv", "label\na\nb\na\nb\n")
    fitted = {True: tmp_path / "probs.json", False: tmp_path / "logits.json"}
    assert run("calibrate", probs, labels, "--probs", "-o", fitted[True]).status == 0
    assert run("calibrate", logits, labels, "-o", fitted[False]).status == 0
    done = run("calibrate", probs, "--apply", fitted[True])
    assert (done.status, done.out) == (2, "")
    assert "probs.json was fitted to probabilities, and " in done.err
    assert "hint: add --probs" in done.err
    done = run("calibrate", probs, "--probs", "--apply", fitted[False])
    assert (done.status, done.out) == (2, "")
    assert "hint: leave --probs out" in done.err
    assert run("calibrate", probs, "--probs", "--apply", fitted[True]).status == 0
    assert run("calibrate", logits, "--apply", fitted[False]).status == 0
