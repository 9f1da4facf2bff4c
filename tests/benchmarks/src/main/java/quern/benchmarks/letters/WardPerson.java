package quern.benchmarks.letters;

import java.text.Normalizer;
import java.time.LocalDate;
import java.util.Locale;

/**
 * Somebody in a letter.
 *
 * @param middle a capital, or empty
 */
record WardPerson(String first, String middle, String last, boolean female, LocalDate born) {

    /** The name as a form writes it; every form is a name, so all of it is planted. */
    String name(String form) {
        String given = middle.isEmpty() ? first : first + " " + middle + ".";
        String head = first.substring(0, 1);
        return switch (form) {
            case "" -> given + " " + last;
            case "plain" -> first + " " + last;
            case "first" -> first;
            case "last" -> last;
            case "listed" -> last + ", " + first;
            case "LISTED" -> upper(last) + ", " + first;
            case "sorted" -> last + ", " + given;
            case "upper" -> upper(first + " " + last);
            case "UPPER" -> upper(last + ", " + first);
            case "LAST" -> upper(last);
            case "initial" -> head + ". " + last;
            case "initials" -> middle.isEmpty() ? head + " " + last : head + middle + " " + last;
            case "tail" -> last + " " + head;
            case "short" -> first + " " + last.charAt(0);
            case "hl7" -> upper(last + "^" + first + (middle.isEmpty() ? "" : "^" + middle));
            default -> throw new IllegalArgumentException("no form of a name: " + form);
        };
    }

    /** A word that stands with the name and identifies nobody, or null for a form that is none. */
    String word(String form) {
        return switch (form) {
            case "mr" -> female ? "Ms" : "Mr";
            case "mrs" -> female ? "Mrs" : "Mr";
            case "he" -> female ? "she" : "he";
            case "He" -> female ? "She" : "He";
            case "his" -> female ? "her" : "his";
            case "His" -> female ? "Her" : "His";
            case "him" -> female ? "her" : "him";
            case "man" -> female ? "woman" : "man";
            case "gent" -> female ? "lady" : "gentleman";
            case "boy" -> female ? "girl" : "boy";
            case "son" -> female ? "daughter" : "son";
            case "husband" -> female ? "wife" : "husband";
            case "brother" -> female ? "sister" : "brother";
            case "father" -> female ? "mother" : "father";
            case "sex" -> female ? "F" : "M";
            case "gender" -> female ? "female" : "male";
            case "herr" -> female ? "Frau" : "Herr";
            case "herrn" -> female ? "Frau" : "Herrn";
            case "geehrt" -> female ? "geehrte Frau" : "geehrter Herr";
            case "er" -> female ? "sie" : "er";
            case "Er" -> female ? "Sie" : "Er";
            case "patient" -> female ? "Patientin" : "Patient";
            case "der" -> female ? "die" : "der";
            case "Der" -> female ? "Die" : "Der";
            case "sohn" -> female ? "Tochter" : "Sohn";
            case "mann" -> female ? "Ehefrau" : "Ehemann";
            case "meinmann" -> female ? "Meine Frau" : "Mein Mann";
            case "w" -> female ? "w" : "m";
            default -> null;
        };
    }

    int age(LocalDate on) {
        return born.until(on).getYears();
    }

    /** First and last name as they stand in an address of mail: no accents, blanks or apostrophes. */
    static String plain(String name) {
        String german = name.toLowerCase(Locale.ROOT).replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
                .replace("ß", "ss").replace("ł", "l").replace("ı", "i");
        return Normalizer.normalize(german, Normalizer.Form.NFD).replaceAll("[^a-z-]", "");
    }

    private static String upper(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
