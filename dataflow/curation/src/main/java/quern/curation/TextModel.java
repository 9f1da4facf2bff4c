package quern.curation;

/**
 * What operators may ask of a language model or tokenizer. Curation declares it, the actor layer binds it; recipes
 * that need it are refused by name where none is bound.
 */
public interface TextModel extends PieceSource {

    /** Name for reports, for example {@code quern-nano}. */
    String name();

    /** Perplexity of a text under the model, as {@code exp(-mean log likelihood per token)}; 0 for an empty text. */
    double perplexity(String text);
}
