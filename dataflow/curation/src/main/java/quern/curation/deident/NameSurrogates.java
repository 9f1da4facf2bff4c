package quern.curation.deident;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quern.curation.text.LetterCase;

/**
 * Names for names, word by word, so that a person's short forms follow the long one; an initial follows the first name
 * of the text that begins with it. Mail addresses are made of the same names. For one text.
 */
final class NameSurrogates {

    private static final int ATTEMPTS_MAX = 64;

    private final byte[] key;
    private final Lexicon lexicon = new Lexicon();
    private final Set<String> originals = new HashSet<>();
    private final Map<Character, String> firsts = new HashMap<>();
    private final Map<String, String> made = new HashMap<>();

    /** @param names what stands in the text */
    NameSurrogates(byte[] key, List<String> names) {
        this.key = key;
        for (String name : names) {
            Runs runs = new Runs(name);
            for (int run = 0; run < runs.count(); run++) {
                String word = runs.lower(run);
                if (word.length() > 1 && !NameWords.PARTICLES.contains(word)) {
                    originals.add(word);
                    if (isFirst(word)) {
                        firsts.putIfAbsent(word.charAt(0), word);
                    }
                }
            }
        }
    }

    private boolean isFirst(String word) {
        int known = lexicon.of(word);
        return (known & Lexicon.FIRST) != 0 && ((known & Lexicon.LAST) == 0 || !isRatherSurname(word));
    }

    /** Whether a word that is both is in no list of first names of the census. */
    private boolean isRatherSurname(String word) {
        return (lexicon.of(word) & Lexicon.FEMALE) == 0 && word.endsWith("s");
    }

    boolean isOriginal(String lower) {
        return originals.contains(lower);
    }

    String of(String name) {
        Runs runs = new Runs(name);
        StringBuilder written = new StringBuilder();
        int at = 0;
        for (int run = 0; run < runs.count(); run++) {
            written.append(name, at, runs.from(run));
            at = runs.to(run);
            String word = name.substring(runs.from(run), at);
            String lower = LetterCase.lower(word);
            written.append(NameWords.PARTICLES.contains(lower) ? word
                    : word.codePointCount(0, word.length()) == 1 ? initial(word)
                            : PlaceSurrogates.cased(word, word(lower)));
        }
        return written.append(name.substring(at)).toString();
    }

    private String initial(String letter) {
        String lower = LetterCase.lower(letter);
        String first = firsts.get(lower.charAt(0));
        String surrogate = first != null ? word(first).substring(0, 1)
                : String.valueOf(KeyedChoice.of(key, "initial", lower, 0).nextOf("ABCDEFGHIJKLMNOPRSTUVW"));
        return Character.isLowerCase(letter.charAt(0)) ? LetterCase.lower(surrogate) : surrogate;
    }

    /** The surrogate of one word of a name, with a capital in front. */
    String word(String lower) {
        String known = made.get(lower);
        if (known == null) {
            known = make(lower);
            made.put(lower, known);
        }
        return known;
    }

    private String make(String lower) {
        boolean first = isFirst(lower);
        boolean female = (lexicon.of(lower) & Lexicon.FEMALE) != 0;
        String surrogate = "";
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            KeyedChoice choice = KeyedChoice.of(key, "name", lower, attempt);
            surrogate = first ? NamePool.first(choice, female) : NamePool.last(choice);
            if (!originals.contains(LetterCase.lower(surrogate))) {
                break;
            }
        }
        return surrogate;
    }

    /** The part of a mail address before the at sign, of the text's names where it is made of them. */
    String local(String local) {
        Runs runs = new Runs(local);
        StringBuilder written = new StringBuilder();
        int at = 0;
        for (int run = 0; run < runs.count(); run++) {
            written.append(local, at, runs.from(run));
            at = runs.to(run);
            written.append(localWord(local.substring(runs.from(run), at)));
        }
        return written.append(local.substring(at)).toString();
    }

    private String localWord(String word) {
        String lower = LetterCase.lower(word);
        if (originals.contains(lower)) {
            return LetterCase.lower(word(lower));
        }
        if (lower.length() > 3 && originals.contains(lower.substring(1)) && Character.isLetter(lower.charAt(0))) {
            return initial(lower.substring(0, 1)) + LetterCase.lower(word(lower.substring(1)));
        }
        String canonical = NumberSurrogates.canonical(word);
        return canonical.length() == word.length()
                ? NumberSurrogates.write(word, NumberSurrogates.like(canonical, KeyedChoice.of(key, "mail", canonical,
                0)))
                : LetterCase.lower(NamePool.last(KeyedChoice.of(key, "mail", lower, 0)));
    }
}
