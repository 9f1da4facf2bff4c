package quern.curation.deident;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import quern.curation.text.LetterCase;

/** Names of months and days, whole and short, in English, German and French. */
final class Months {

    private static final String[] ENGLISH = {"january", "february", "march", "april", "may", "june", "july", "august",
            "september", "october", "november", "december"};
    private static final String[] GERMAN = {"januar", "februar", "m\u00E4rz", "april", "mai", "juni", "juli", "august",
            "september", "oktober", "november", "dezember"};
    private static final String[] FRENCH = {"janvier", "f\u00E9vrier", "mars", "avril", "mai", "juin", "juillet",
            "ao\u00FBt", "septembre", "octobre", "novembre", "d\u00E9cembre"};
    private static final String[] ENGLISH_SHORT = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
            "oct", "nov", "dec"};
    private static final String[] GERMAN_SHORT = {"jan", "feb", "m\u00E4r", "apr", "mai", "jun", "jul", "aug", "sep",
            "okt", "nov", "dez"};
    private static final String[] FRENCH_SHORT = {"janv", "f\u00E9vr", "mars", "avr", "mai", "juin", "juil",
            "ao\u00FBt", "sept", "oct", "nov", "d\u00E9c"};
    private static final String[][] ALL = {ENGLISH, GERMAN, FRENCH, ENGLISH_SHORT, GERMAN_SHORT, FRENCH_SHORT};
    private static final Map<String, Integer> NUMBERS = numbers();
    private static final Set<String> DAYS = Set.of("monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
            "sunday", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "montag", "dienstag",
            "mittwoch", "donnerstag", "freitag", "samstag", "sonnabend", "sonntag", "mo", "di", "mi", "do", "fr", "sa",
            "so", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche");
    /** Names of months that are words too, in lower case. */
    private static final Set<String> WORDS = Set.of("may", "march", "mar", "mars", "mai", "sept", "dec", "jun", "jan",
            "august");

    private Months() {}

    private static Map<String, Integer> numbers() {
        Map<String, Integer> numbers = new HashMap<>();
        for (String[] names : ALL) {
            for (int i = 0; i < names.length; i++) {
                numbers.put(names[i], i + 1);
            }
        }
        numbers.putAll(Map.of("sept", 9, "fevrier", 2, "aout", 8, "decembre", 12, "j\u00E4nner", 1, "maerz", 3,
                "mrz", 3, "feber", 2));
        return Map.copyOf(numbers);
    }

    /** 1 to 12, 0 for another word. */
    static int number(String lower) {
        return NUMBERS.getOrDefault(lower, 0);
    }

    static boolean isDay(String lower) {
        return DAYS.contains(lower);
    }

    static boolean isWordToo(String lower) {
        return WORDS.contains(lower);
    }

    /** Another month's name in the language, length and case of this one. */
    static String like(String name, int month) {
        String lower = LetterCase.lower(name);
        int number = number(lower);
        for (String[] names : ALL) {
            if (number > 0 && names[number - 1].equals(lower)) {
                return cased(name, names[month - 1]);
            }
        }
        return cased(name, (name.length() > 4 ? ENGLISH : ENGLISH_SHORT)[month - 1]);
    }

    private static String cased(String name, String other) {
        if (name.equals(LetterCase.upper(name))) {
            return LetterCase.upper(other);
        }
        return Character.isUpperCase(name.charAt(0)) ? Character.toUpperCase(other.charAt(0)) + other.substring(1)
                : other;
    }
}
