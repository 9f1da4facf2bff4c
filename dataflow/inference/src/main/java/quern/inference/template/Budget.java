package quern.inference.template;

/** What one rendering may use: steps, depth and length of any one text. Chars handled count as steps too. */
final class Budget {

    static final int STEPS_MAX = 1_000_000;
    static final int TEXT_CHARS_MAX = 1 << 22;

    private static final int DEPTH_MAX = 300;
    private static final int CHARS_PER_STEP = 64;

    private long steps;
    private int depth;

    void step() {
        steps(1);
    }

    void steps(long count) {
        steps += count;
        if (steps > STEPS_MAX) {
            throw new TemplateException("chat template takes more than " + STEPS_MAX + " steps");
        }
    }

    /**
     * @param length of the text that comes about
     * @param handled chars of it that are new
     */
    void text(long length, long handled) {
        if (length > TEXT_CHARS_MAX) {
            throw new TemplateException("chat template makes a text of " + length + " characters, at most "
                    + TEXT_CHARS_MAX);
        }
        steps(1 + handled / CHARS_PER_STEP);
    }

    void enter() {
        step();
        if (++depth > DEPTH_MAX) {
            throw new TemplateException("chat template nests more than " + DEPTH_MAX + " deep");
        }
    }

    void leave() {
        depth--;
    }
}
