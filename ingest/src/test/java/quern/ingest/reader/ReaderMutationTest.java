package quern.ingest.reader;

import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static quern.ingest.reader.Documents.gzip;
import static quern.ingest.reader.Documents.utf8;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damaged files of every kind: whatever happens, one outcome, soon, and the sums add up. */
class ReaderMutationTest {

    private static final long SEED = 20260301;
    private static final int MUTATIONS = 500;

    @Test
    void shouldEndInOneOutcomeWhenFilesAreDamagedAnywhere() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        byte[] jsonl = utf8("{\"text\":\"one \u00E9\",\"n\":[1,{\"a\":null}]}\n".repeat(30));
        files.put("a.jsonl", jsonl);
        files.put("a.jsonl.gz", gzip(jsonl));
        files.put("a.jsonl.zst", com.github.luben.zstd.Zstd.compress(jsonl));
        files.put("a.txt", utf8("some text \u20AC\n".repeat(20)));
        files.put("a.md", utf8("# h\n\n> - a\n>   1. [b](c) *d* `e`\n\n```\nf\n```\n<b>g</b>\n".repeat(5)));
        files.put("a.html", utf8("<html><body><h1>a</h1><ul><li>b<table><tr><td>c</table></ul>&amp;<pre>d".repeat(5)));
        files.put("a.csv", utf8("a,b,text\n1,\"x\"\"y\n\",z\n2,,\n".repeat(10)));
        files.put("a.pdf", Documents.pdf("First page", "", "Third"));
        files.put("a.eml", utf8("From: a@b.c\nSubject: =?utf-8?b?w6k=?=\nContent-Type: multipart/mixed; boundary=B\n\n"
                + "--B\nContent-Type: text/plain; charset=utf-8\n\nx\n--B\nContent-Disposition: attachment\n\ny\n"
                + "--B--\n"));
        files.put("a.mbox", utf8("From a@b.c Mon Mar  2 10:00:00 2026\nSubject: one\nX: y\n\nBody\n\n".repeat(4)));
        Random random = new Random(SEED);
        String[] names = files.keySet().toArray(String[]::new);
        int read = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            String name = names[i % names.length];
            byte[] damaged = mutate(files.get(name), random);
            var result = assertTimeout(Duration.ofSeconds(10), () -> Documents.read(name, damaged),
                    name + ", mutation " + i + " of seed " + SEED);
            read += result.outcome() instanceof ReadOutcome.Read ? 1 : 0;
        }
        assertTrue(read > MUTATIONS / 4 && read < MUTATIONS, "of " + MUTATIONS + " files " + read + " were read");
    }

    private static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        int kind = random.nextInt(4);
        if (kind == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        } else if (kind == 1) {
            for (int i = 0; i < 1 + random.nextInt(8); i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
        } else if (kind == 2) {
            int from = random.nextInt(bytes.length);
            Arrays.fill(bytes, from, Math.min(bytes.length, from + random.nextInt(64)), (byte) random.nextInt());
        } else {
            int from = random.nextInt(bytes.length);
            int to = random.nextInt(bytes.length);
            System.arraycopy(original, from, bytes, to, Math.min(bytes.length - Math.max(from, to), 100));
        }
        return bytes;
    }
}
