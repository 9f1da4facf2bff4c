package quern.curation.deident;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import morfologik.stemming.Dictionary;
import morfologik.stemming.DictionaryLookup;
import morfologik.stemming.WordData;
import quern.curation.text.LetterCase;

/**
 * What dictionaries of English, German and French know about a word: LanguageTool's, which are packaged for Maven.
 * German words are marked there as first name, surname or town, English and French ones as proper names, all others
 * are common words. Beside them stand the most frequent names of the census of the United States of 1990, and
 * names of other countries that are no everyday words. Everything is read once, 4 MB; an object belongs to one text,
 * the last answers are shared by all.
 */
final class Lexicon {

    /** A first name. */
    static final int FIRST = 1;
    /** A surname. */
    static final int LAST = 2;
    /** A town. */
    static final int CITY = 4;
    /** A proper name of some kind. */
    static final int PROPER = 8;
    /** A word of everyday English, in lower case or a name of a day, a drug, a thing. */
    static final int ENGLISH = 16;
    /** A common word of German. */
    static final int GERMAN = 32;
    /** A common word of French. */
    static final int FRENCH = 64;
    /** A country, which may stay. */
    static final int COUNTRY = 128;
    /** A first name of women; {@link #FIRST} is set too. */
    static final int FEMALE = 256;
    /** An everyday word that is a first name somewhere. */
    static final int MAYBE = 512;

    /** Answers that are kept for all texts, one to a slot. */
    private static final int SLOTS = 1 << 16;
    private static final int REMEMBERED_CHARS_MAX = 40;

    private record Known(String word, int found) {}

    /** Threads may overwrite each other's entries: each is whole and true. */
    private static final Known[] REMEMBERED = new Known[SLOTS];

    private static final class Holder {
        static final Dictionary ENGLISH_WORDS = read("en/english");
        static final Dictionary GERMAN_WORDS = read("de/german");
        static final Dictionary FRENCH_WORDS = read("fr/french");
        static final Map<String, Integer> CENSUS = names("census-names.txt");
        static final Map<String, Integer> MORE = names("more-names.txt");
    }

    private final DictionaryLookup english = new DictionaryLookup(Holder.ENGLISH_WORDS);
    private final DictionaryLookup german = new DictionaryLookup(Holder.GERMAN_WORDS);
    private final DictionaryLookup french = new DictionaryLookup(Holder.FRENCH_WORDS);

    private static Dictionary read(String name) {
        String path = "/org/languagetool/resource/" + name;
        try (InputStream words = Lexicon.class.getResourceAsStream(path + ".dict");
                InputStream properties = Lexicon.class.getResourceAsStream(path + ".info")) {
            return Dictionary.read(words, properties);
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }

    private static Map<String, Integer> names(String resource) {
        Map<String, Integer> names = new HashMap<>();
        try (InputStream in = Lexicon.class.getResourceAsStream(resource)) {
            int kind = 0;
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                if (line.startsWith("[")) {
                    kind = line.equals("[female]") ? FIRST | FEMALE : line.equals("[male]") ? FIRST : LAST;
                } else if (!line.startsWith("#")) {
                    for (String name : LetterCase.lower(line).strip().split(" ")) {
                        names.merge(name, kind | PROPER, (a, b) -> a | b);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
        return names;
    }

    /** What is known of a word, however it is written; 0: in no dictionary. */
    int of(String word) {
        if (word.length() > REMEMBERED_CHARS_MAX) {
            return find(word);
        }
        int hash = word.hashCode();
        int slot = (hash ^ hash >>> 16) & SLOTS - 1;
        Known known = REMEMBERED[slot];
        if (known == null || !known.word().equals(word)) {
            known = new Known(word, find(word));
            REMEMBERED[slot] = known;
        }
        return known.found();
    }

    private int find(String word) {
        String lower = LetterCase.lower(word);
        String title = title(lower);
        int found = Holder.CENSUS.getOrDefault(lower, 0);
        found |= english(title) | english(lower) | german(title) | german(lower) | french(title) | french(lower);
        if (!word.equals(lower) && !word.equals(title)) {
            found |= english(word) | german(word) & ~GERMAN;
        }
        boolean everyday = (found & (ENGLISH | GERMAN | FRENCH)) != 0;
        int more = Holder.MORE.getOrDefault(lower, 0);
        return !everyday ? found | more : (more & FIRST) != 0 ? found | MAYBE : found;
    }

    private static String title(String lower) {
        return lower.isEmpty() ? lower
                : LetterCase.upper(lower.substring(0, lower.offsetByCodePoints(0, 1)))
                        + lower.substring(lower.offsetByCodePoints(0, 1));
    }

    private int english(String word) {
        int found = 0;
        for (WordData entry : lookup(english, word)) {
            found |= String.valueOf(entry.getTag()).startsWith("NNP") ? PROPER : ENGLISH;
        }
        return found;
    }

    private int french(String word) {
        int found = 0;
        for (WordData entry : lookup(french, word)) {
            found |= String.valueOf(entry.getTag()).startsWith("Z") ? PROPER : FRENCH;
        }
        return found;
    }

    private int german(String word) {
        int found = 0;
        for (WordData entry : lookup(german, word)) {
            String tag = String.valueOf(entry.getTag());
            if (!tag.startsWith("EIG:")) {
                found |= GERMAN;
                continue;
            }
            found |= PROPER;
            switch (tag.substring(tag.lastIndexOf(':') + 1)) {
                case "VOR", "VOR#", "VOR*" -> found |= tag.contains(":FEM:") ? FIRST | FEMALE : FIRST;
                case "NAC" -> found |= LAST;
                case "STD" -> found |= CITY;
                case "COU" -> found |= COUNTRY;
                default -> {
                    continue;
                }
            }
        }
        return found;
    }

    private static List<WordData> lookup(DictionaryLookup dictionary, String word) {
        try {
            return dictionary.lookup(word);
        } catch (IllegalArgumentException unwritable) {
            return List.of();
        }
    }
}
