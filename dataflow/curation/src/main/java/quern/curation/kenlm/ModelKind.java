package quern.curation.kenlm;

/** How a model file lays out its n-grams, in the order of the numbers by which KenLM's header names them. */
enum ModelKind {
    PROBING("probing", false, false, false),
    REST_PROBING("probing with rest costs", false, false, false),
    TRIE("trie", true, false, false),
    QUANTIZED_TRIE("trie with quantization", true, true, false),
    ARRAY_TRIE("trie with array-compressed pointers", true, false, true),
    QUANTIZED_ARRAY_TRIE("trie with quantization and array-compressed pointers", true, true, true);

    private final String named;
    private final boolean trie;
    private final boolean quantized;
    private final boolean arrayCompressed;

    ModelKind(String named, boolean trie, boolean quantized, boolean arrayCompressed) {
        this.named = named;
        this.trie = trie;
        this.quantized = quantized;
        this.arrayCompressed = arrayCompressed;
    }

    boolean isTrie() {
        return trie;
    }

    boolean isQuantized() {
        return quantized;
    }

    boolean isArrayCompressed() {
        return arrayCompressed;
    }

    /** Version of the layout that KenLM writes and that is read here. */
    int layoutVersion() {
        return trie ? 1 : 0;
    }

    @Override
    public String toString() {
        return named;
    }
}
