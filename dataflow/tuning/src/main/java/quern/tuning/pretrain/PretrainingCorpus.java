package quern.tuning.pretrain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import quern.config.QuernException;
import quern.tuning.pretrain.PretrainingText.Prose;

/**
 * The text of a pretraining run: the {@code .txt} files below a directory, cut into passages, and generated stories and
 * conversations between them. The same files, seed and share give the same passages in the same order.
 *
 * @param generatedShare share of the characters that is generated, 0 to below 1
 */
public record PretrainingCorpus(Path directory, double generatedShare, long seed) {

    /** Length at which a passage ends with its sentence, in characters; several fill one context. */
    private static final int PASSAGE_CHARS = 900;

    /** One passage in this many is kept out of training and measured instead. */
    private static final int HELD_OUT_EVERY = 100;

    /** Receives every passage once, in the order of training. */
    public void each(Consumer<PretrainingText> training, Consumer<PretrainingText> heldOut) {
        List<PretrainingText> passages = new ArrayList<>();
        long proseChars = 0;
        for (Path file : files()) {
            for (String passage : passages(read(file))) {
                passages.add(new Prose(passage));
                proseChars += passage.length();
            }
        }
        passages.addAll(generated((long) (proseChars * generatedShare / (1 - generatedShare))));
        shuffle(passages);
        for (int i = 0; i < passages.size(); i++) {
            (i % HELD_OUT_EVERY == 0 ? heldOut : training).accept(passages.get(i));
        }
    }

    /** The files read, in the order of their names. */
    public List<Path> files() {
        try (Stream<Path> found = Files.walk(directory)) {
            List<Path> files = found.filter(path -> path.toString().endsWith(".txt")).sorted().toList();
            if (files.isEmpty()) {
                throw new QuernException(QuernException.Category.ERROR, directory + ": no .txt file below it");
            }
            return files;
        } catch (IOException e) {
            throw unreadable(directory, e);
        }
    }

    /** Passages of whole sentences; line breaks inside a paragraph become spaces. */
    static List<String> passages(String text) {
        String joined = text.replace("\r", "").replaceAll("(?<!\n)\n(?!\n)", " ").replaceAll("[ \t]+", " ");
        List<String> passages = new ArrayList<>();
        StringBuilder passage = new StringBuilder();
        for (int i = 0; i < joined.length(); i++) {
            char c = joined.charAt(i);
            passage.append(c);
            boolean sentenceEnd = (c == '.' || c == '?' || c == '!')
                    && (i + 1 == joined.length() || Character.isWhitespace(joined.charAt(i + 1)));
            if (sentenceEnd && passage.length() >= PASSAGE_CHARS) {
                passages.add(passage.toString().strip());
                passage.setLength(0);
            }
        }
        if (passage.toString().strip().length() > 100) {
            passages.add(passage.toString().strip());
        }
        return passages;
    }

    private List<PretrainingText> generated(long chars) {
        SplittableRandom random = new SplittableRandom(seed);
        DialogueText dialogue = new DialogueText(random);
        List<PretrainingText> texts = new ArrayList<>();
        for (long written = 0; written < chars; ) {
            PretrainingText next = random.nextInt(3) == 0 ? new Prose(StoryText.next(random)) : dialogue.next();
            written += length(next);
            texts.add(next);
        }
        return texts;
    }

    private static long length(PretrainingText text) {
        return switch (text) {
            case Prose prose -> prose.text().length();
            case PretrainingText.Conversation talk -> talk.turns().stream().mapToLong(t -> t.content().length()).sum();
        };
    }

    private void shuffle(List<PretrainingText> passages) {
        SplittableRandom random = new SplittableRandom(seed + 1);
        for (int i = passages.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            PretrainingText swapped = passages.get(i);
            passages.set(i, passages.get(j));
            passages.set(j, swapped);
        }
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static QuernException unreadable(Path path, IOException cause) {
        return new QuernException(
                QuernException.Category.ERROR, path + ": cannot be read: " + cause.getMessage(), cause);
    }
}
