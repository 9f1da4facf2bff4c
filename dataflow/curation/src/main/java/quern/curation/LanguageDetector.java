package quern.curation;

/** Says which language a text is in. Implementations are safe for use by several threads. */
public interface LanguageDetector {

    /**
     * @param language ISO 639-1 code where there is one, else ISO 639-3
     * @param score confidence in 0..1
     */
    record Guess(String language, double score) {}

    /** Name and version, for reports. */
    String name();

    Guess guess(String text);
}
