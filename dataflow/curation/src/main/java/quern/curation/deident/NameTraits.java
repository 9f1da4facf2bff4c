package quern.curation.deident;

/** What dictionaries say of a text's words as parts of names. Immutable but for the text's own memory. */
record NameTraits(Runs runs, Lexicon lexicon, int common) {

    static final int ACRONYM_CHARS_MAX = 4;

    boolean isFirst(int run) {
        return runs.isWord(run) && (lexicon.of(runs.word(run)) & Lexicon.FIRST) != 0;
    }

    boolean isKnownName(int first, int last) {
        for (int run = first; run <= last; run++) {
            int known = lexicon.of(runs.word(run));
            if ((known & (Lexicon.FIRST | Lexicon.LAST)) != 0 || (known & Lexicon.PROPER) != 0
                    && (known & common) == 0) {
                return true;
            }
        }
        return false;
    }

    boolean allCommon(int first, int last) {
        for (int run = first; run <= last; run++) {
            if ((lexicon.of(runs.word(run)) & common) == 0) {
                return false;
            }
        }
        return true;
    }

    boolean isSurname(int run) {
        int known = lexicon.of(runs.word(run));
        return (known & (Lexicon.LAST | Lexicon.PROPER)) != 0 && ((known & common) == 0 || (known & Lexicon.LAST) != 0)
                || known == 0;
    }

    /** Four capitals or less that are no name. */
    boolean isAcronym(int run) {
        return runs.isAllCapitals(run) && runs.length(run) <= ACRONYM_CHARS_MAX
                && (lexicon.of(runs.word(run)) & (Lexicon.FIRST | Lexicon.LAST)) == 0;
    }
}
