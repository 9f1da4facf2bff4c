package quern.actors.erase;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import quern.actors.House;
import quern.actors.Stores;
import quern.ingest.Document;
import quern.ingest.DocumentId;
import quern.ingest.JournalCursor;
import quern.inference.tokenizer.Tokenizer;

/**
 * What is looked for, made of the document's texts: shingles for blocks, stretches for files. Other documents of the
 * journal are read first, since what they say too tells nothing.
 */
final class ErasureSearch {

    private static final int STRETCHES_MAX = 64;
    private static final int STRETCH_CHARS = 64;

    private final Stores stores;
    private final DocumentId id;
    private final Shingles shingles = new Shingles();
    private final Needles needles = new Needles();
    private final ByteSearch all;
    private final JournalCursor others;
    private ByteSearch bytes;

    private ErasureSearch(Stores stores, DocumentId id, DocumentTexts texts, List<Tokenizer> tokenizers)
            throws IOException {
        this.stores = stores;
        this.id = id;
        int[] stretches = new int[1];
        texts.forEach(text -> {
            shingles.add(text);
            needles.add(text);
            for (int from = 0; from < text.length() && stretches[0] < STRETCHES_MAX; from += STRETCH_CHARS) {
                String stretch = text.substring(from, Math.min(text.length(), from + STRETCH_CHARS));
                tokenizers.forEach(tokenizer -> needles.addTokens(tokenizer.encode(stretch, false)));
                stretches[0]++;
            }
        });
        this.all = needles.search();
        this.others = stores.documents().cursor(0);
    }

    static ErasureSearch begin(House house, Stores stores, DocumentTexts texts, DocumentId id) throws IOException {
        return new ErasureSearch(stores, id, texts, house.all().stream()
                .map(running -> running.parts().model().tokenizer()).toList());
    }

    /** Reads other documents for so long. @return whether all are read */
    boolean prepare(long nanos) throws IOException {
        long until = System.nanoTime() + nanos;
        while (bytes == null) {
            if (System.nanoTime() > until) {
                return false;
            }
            Document document = others.next();
            if (document == null) {
                bytes = needles.search();
            } else if (!document.id().equals(id)) {
                Optional<InputStream> content = stores.documents().content(document.id());
                if (content.isPresent()) {
                    strike(content.get());
                }
            }
        }
        return true;
    }

    private void strike(InputStream content) throws IOException {
        try (content) {
            Contents.at(content, all).found().stream().forEach(needles::strike);
        } catch (IOException | RuntimeException damaged) {
            // What cannot be read shares nothing that could be told.
            return;
        }
    }

    Shingles shingles() {
        return shingles;
    }

    Needles needles() {
        return needles;
    }

    /** Looks for what gives the document away. */
    ByteSearch bytes() {
        return bytes;
    }
}
