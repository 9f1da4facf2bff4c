package quern.curation;

import java.util.List;

/**
 * Drops or cuts what other samples have too, and keeps the first of it in input order. It sees every text once, when
 * it makes a signature of it, and afterwards only signatures: no text is held. Signing is pure and safe for several
 * threads; deciding is done by one thread in input order.
 */
public sealed interface Deduplicator extends Operator permits StreamDeduplicator, ClusterDeduplicator {

    String textKey();

    /** Earlier datasets, by id or directory: what they have counts as seen before the first sample. */
    default List<String> against() {
        return List.of();
    }

    /**
     * Names how texts are signed: two deduplicators with the same name give every text the same signature. A kept
     * index of signatures is found by it.
     */
    String signing();
}
