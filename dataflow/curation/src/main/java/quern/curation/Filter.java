package quern.curation;

/** Keeps or drops one sample by looking at it alone. */
public non-sealed interface Filter extends Operator {

    Verdict judge(Draft draft);
}
