package quern.benchmarks.letters;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes letters of templates: {@code {slot}} is planted, a line that begins with {@code ?} is left out now and then,
 * {@code {negative}} is a line of traps. One letter in twelve is in lower case, one in eight is wrapped at 58 columns
 * with line ends inside what is planted, one in ten has spaces around separators as character recognition leaves them.
 * The same seed gives the same letters.
 */
public final class LetterWriter {

    private static final Pattern SLOT = Pattern.compile("\\{([a-z0-9_]+)}");
    private static final int WRAP_COLUMNS = 58;
    private static final String SEPARATORS = "/-.";
    private static final List<WardText> WARD = WardText.of("ward-us.txt", "ward-uk.txt", "ward-world.txt",
            "ward-de.txt");
    private static final List<WardText> TRADE = WardText.of("trade-en.txt", "trade-de.txt");

    private final StyleSet styles;
    private final List<String> templates;
    private final Random random;

    private LetterWriter(StyleSet styles, long seed) {
        this.styles = styles;
        this.random = new Random(seed);
        this.templates = templates(styles.resource());
    }

    /** The set that rules may be tuned on. */
    public static List<Letter> tuning(int count, long seed) {
        return new LetterWriter(new TuningStyles(), seed).letters(count);
    }

    /** The set that was held out at first and then tuned on as well. */
    public static List<Letter> second(int count, long seed) {
        return new LetterWriter(new SecondStyles(), seed).letters(count);
    }

    /** Another one that was held out at first. */
    public static List<Letter> third(int count, long seed) {
        return new LetterWriter(new ThirdStyles(), seed).letters(count);
    }

    /** The set that no rule was tuned on. */
    public static List<Letter> heldOut(int count, long seed) {
        return new LetterWriter(new HeldOutStyles(), seed).letters(count);
    }

    /** The set that was written blind, after the rules. */
    public static List<Letter> blind(int count, long seed) {
        return new LetterWriter(new BlindStyles(), seed).letters(count);
    }

    /** The set whose writer knew no rule and no other set's styles: measured first, then rules were mended by it. */
    public static List<Letter> independent(int count, long seed) {
        return new LetterWriter(new IndependentStyles(), seed).letters(count);
    }

    /** Another such set: measured first, then rules were mended by every second template of it. */
    public static List<Letter> fresh(int count, long seed) {
        return new LetterWriter(new FreshStyles(), seed).letters(count);
    }

    /**
     * Letters, forms, messages and notes of care by another writer who knew neither the rules nor the other sets. They
     * were measured once; then what was missed in every second template was read and rules were mended.
     */
    public static List<Letter> care(int count, long seed) {
        return CareLetters.letters(count, seed);
    }

    /**
     * Documents of many trades by a writer who knew neither the rules nor the other sets: measured once, then rules
     * were mended by all of it.
     */
    public static List<Letter> ward(int count, long seed) {
        return WardLetters.letters(WARD, count, seed);
    }

    /** Papers of 60 other trades by a writer who knew no rules, but slots of ward: measured once, misses not read. */
    public static List<Letter> trade(int count, long seed) {
        return WardLetters.letters(TRADE, count, seed);
    }

    private List<Letter> letters(int count) {
        List<Letter> letters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            letters.add(letter(templates.get(i % templates.size())));
        }
        return letters;
    }

    private Letter letter(String template) {
        boolean spaced = random.nextInt(10) == 0;
        Persona persona = styles.persona(random);
        StringBuilder text = new StringBuilder();
        List<Letter.Planted> planted = new ArrayList<>();
        for (String line : template.split("\n", -1)) {
            boolean optional = line.startsWith("?");
            if (!optional || random.nextInt(5) < 3) {
                fill(optional ? line.substring(1) : line, persona, spaced, text, planted);
                text.append('\n');
            }
        }
        if (random.nextInt(8) == 0) {
            wrap(text);
        }
        boolean lower = random.nextInt(12) == 0;
        return new Letter(lower ? lower(text) : text.toString(), planted);
    }

    private void fill(String line, Persona persona, boolean spaced, StringBuilder text, List<Letter.Planted> planted) {
        Matcher slots = SLOT.matcher(line);
        int at = 0;
        while (slots.find()) {
            text.append(line, at, slots.start());
            at = slots.end();
            String name = slots.group(1);
            if (name.equals("negative")) {
                text.append(styles.negatives()[random.nextInt(styles.negatives().length)]);
                continue;
            }
            StyleSet.Slot slot = styles.write(name, persona, random);
            if (slot == null) {
                throw new IllegalStateException("no slot " + name + " in " + styles.resource());
            }
            int from = text.length();
            text.append(spaced ? spaced(slot) : slot.text());
            if (slot.kind() != null) {
                planted.add(new Letter.Planted(slot.kind(), from, text.length()));
            }
        }
        text.append(line.substring(at));
    }

    /** A space around one separator between digits, as character recognition leaves it. */
    private String spaced(StyleSet.Slot slot) {
        String text = slot.text();
        if (slot.kind() == null || slot.kind().equals("url") || slot.kind().equals("email")
                || slot.kind().equals("ip")) {
            return text;
        }
        for (int i = 1; i < text.length() - 1; i++) {
            if (SEPARATORS.indexOf(text.charAt(i)) >= 0 && Character.isDigit(text.charAt(i - 1))
                    && Character.isDigit(text.charAt(i + 1))) {
                String separator = random.nextBoolean() ? " " + text.charAt(i) + " " : text.charAt(i) + " ";
                return text.substring(0, i) + separator + text.substring(i + 1);
            }
        }
        return text;
    }

    /** Line ends in place of spaces, so that no offset moves. */
    private static void wrap(StringBuilder text) {
        int lineFrom = 0;
        int space = -1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\n') {
                lineFrom = i + 1;
                space = -1;
            } else if (text.charAt(i) == ' ') {
                space = i;
            }
            if (i - lineFrom >= WRAP_COLUMNS && space > lineFrom) {
                text.setCharAt(space, '\n');
                lineFrom = space + 1;
                space = -1;
            }
        }
    }

    private static String lower(StringBuilder text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            lower.append(Character.toLowerCase(text.charAt(i)));
        }
        return lower.toString();
    }

    private static List<String> templates(String resource) {
        try (InputStream in = LetterWriter.class.getResourceAsStream(resource)) {
            String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return List.of(all.strip().split("\n=====\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }
}
