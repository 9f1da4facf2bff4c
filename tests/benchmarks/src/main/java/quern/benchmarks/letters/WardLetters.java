package quern.benchmarks.letters;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Documents of wards, practices, insurers, banks, courts, schools and offices in five countries that speak English and
 * in Germany. How frequent each form is, is the writer's guess. Of a date its day, month and year are planted, not the
 * weekday or the hour; a year alone, a state, an organisation's name and an age up to 89 are not.
 */
final class WardLetters {

    private static final Pattern CHOICE = Pattern.compile("\\[\\[(.*?)]]");
    private static final Pattern SLOT = Pattern.compile("\\{([a-z=!][^{}\\s]*)}");
    private static final int WRAPPED_ONE_IN = 6;

    private WardLetters() {}

    static List<Letter> letters(List<WardText> texts, int count, long seed) {
        Random random = new Random(seed);
        List<Letter> letters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            letters.add(letter(texts.get(i % texts.size()), random));
        }
        return letters;
    }

    private static Letter letter(WardText source, Random random) {
        WardScene scene = new WardScene(source, random);
        StringBuilder text = new StringBuilder();
        List<Letter.Planted> planted = new ArrayList<>();
        for (String line : source.body().split("\n")) {
            boolean optional = line.startsWith("?");
            if (!optional || random.nextBoolean()) {
                fill(chosen(optional ? line.substring(1) : line, random), scene, text, planted);
                text.append('\n');
            }
        }
        if (source.is("prose") && random.nextInt(WRAPPED_ONE_IN) == 0) {
            wrap(text, 64 + random.nextInt(17));
        }
        boolean lower = source.is("casual") && random.nextInt(3) == 0;
        return new Letter(lower ? lower(text) : text.toString(), planted);
    }

    private static String chosen(String line, Random random) {
        return CHOICE.matcher(line).replaceAll(match -> {
            String[] choices = match.group(1).split("\\|", -1);
            return Matcher.quoteReplacement(choices[random.nextInt(choices.length)]);
        });
    }

    private static void fill(String line, WardScene scene, StringBuilder text, List<Letter.Planted> planted) {
        Matcher slots = SLOT.matcher(line);
        int at = 0;
        while (slots.find()) {
            text.append(line, at, slots.start());
            at = slots.end();
            StyleSet.Slot slot = scene.write(slots.group(1));
            int from = text.length();
            text.append(slot.text());
            if (slot.kind() != null) {
                planted.add(new Letter.Planted(slot.kind(), from, text.length()));
            }
        }
        text.append(line.substring(at));
    }

    /** Line ends in place of blanks as a page has them, so that no offset moves. */
    private static void wrap(StringBuilder text, int columns) {
        int lineFrom = 0;
        int blank = -1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                lineFrom = i + 1;
                blank = -1;
            } else if (text.charAt(i) == ' ') {
                blank = i;
            }
            if (i - lineFrom >= columns && blank > lineFrom) {
                text.setCharAt(blank, '\n');
                lineFrom = blank + 1;
                blank = -1;
            }
        }
    }

    private static String lower(StringBuilder text) {
        StringBuilder lower = new StringBuilder(text.length());
        text.chars().forEach(c -> lower.append(Character.toLowerCase((char) c)));
        return lower.toString();
    }
}
