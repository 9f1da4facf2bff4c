package quern.benchmarks.letters;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The care set: discharge letters, forms, messages, invoices and notes with planted identities. Its templates begin
 * with {@code %land}; {@link CareText} tells how the rest is written. Some letters are wrapped, some are in one case,
 * some look scanned. The same seed gives the same letters.
 */
final class CareLetters {

    private static final String[] RESOURCES = {
        "care-clinical.txt", "care-admin.txt", "care-messages.txt", "care-forms.txt", "care-german.txt"};
    private static final String[] EUROPE = {"ie", "fr", "nl", "es", "it", "be", "pl", "se", "at", "ch", "de"};
    private static final String[] ENGLISH = {"us", "uk", "us", "uk", "ie"};

    private CareLetters() {}

    static List<Letter> letters(int count, long seed) {
        Random random = new Random(seed);
        List<String> templates = templates();
        List<Letter> letters = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            letters.add(letter(templates.get(i % templates.size()), random));
        }
        return letters;
    }

    /** Every template, in the order of the resources. */
    static List<String> templates() {
        List<String> templates = new ArrayList<>();
        for (String resource : RESOURCES) {
            try (InputStream in = CareLetters.class.getResourceAsStream(resource)) {
                String all = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                templates.addAll(List.of(all.strip().split("\n=====\n")));
            } catch (IOException e) {
                throw new UncheckedIOException(resource, e);
            }
        }
        return templates;
    }

    private static Letter letter(String template, Random random) {
        int end = template.indexOf('\n');
        String[] head = template.substring(1, end).split(" ");
        boolean table = head.length > 1;
        CareText text = new CareText(new CareCase(land(head[0], random), random), random);
        for (String line : template.substring(end + 1).split("\n", -1)) {
            boolean optional = line.startsWith("?");
            if (!optional || random.nextInt(5) < 3) {
                text.render(optional ? line.substring(1) : line);
                text.endLine();
            }
        }
        if (!table && random.nextInt(9) == 0) {
            text.wrap(48 + random.nextInt(30));
        }
        return text.letter();
    }

    private static String land(String name, Random random) {
        return switch (name) {
            case "eu" -> EUROPE[random.nextInt(EUROPE.length)];
            case "en" -> ENGLISH[random.nextInt(ENGLISH.length)];
            case "dach" -> random.nextInt(6) == 0 ? "at" : "de";
            default -> name;
        };
    }
}
