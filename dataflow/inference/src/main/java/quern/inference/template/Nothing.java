package quern.inference.template;

/** Values that are none. */
enum Nothing {
    /** Python's None, JSON's null. */
    NONE,
    /** A name, key or item that does not exist: empty when written out or looped over, an error when used further. */
    UNDEFINED;

    static TemplateException failure(String problem) {
        return new TemplateException("an undefined value " + problem);
    }
}
