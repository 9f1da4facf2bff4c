package quern.curation.language;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import quern.curation.LanguageDetector;

/**
 * A supervised fastText model (Joulin et al., 2016) as language detector, {@code .bin} or {@code .ftz}, for example
 * fastText's own {@code lid.176.ftz}: with it verdicts and scores are those of Data-Juicer. Models with hierarchical
 * softmax or softmax.
 */
public final class FastTextDetector implements LanguageDetector {

    private static final int MAGIC = 793712314;
    private static final int VERSION = 12;
    private static final int HIERARCHICAL_SOFTMAX = 1;
    private static final int SOFTMAX = 3;
    /** What fastText's own tree of labels can hold. */
    private static final long COUNT_MAX = 1_000_000_000_000_000L;
    /** What fastText adds to a probability before it takes its logarithm, and so to what it reports. */
    private static final double LEAST = 1e-5;
    private static final Pattern SPACES = Pattern.compile("[ \n\t\u000B\f\r\0]+");
    private static final String END_OF_LINE = "</s>";
    private static final String LABEL_PREFIX = "__label__";

    private final String name;
    private final int dimension;
    private final int loss;
    private final int buckets;
    private final int gramMin;
    private final int gramMax;
    private final Map<String, Integer> words = new HashMap<>();
    private final List<String> labels = new ArrayList<>();
    private final List<Long> labelCounts = new ArrayList<>();
    /** Null where no n-gram was pruned. */
    private final PrunedRows pruned;
    private final FastTextMatrix input;
    private final FastTextMatrix output;
    private final LabelTree tree;

    /** @throws quern.config.QuernException if the file is no such model, ends early or claims more than it holds */
    public FastTextDetector(Path path) {
        FastTextFile file = new FastTextFile(path);
        name = "fasttext " + path.getFileName();
        if (file.int32() != MAGIC || file.int32() != VERSION) {
            throw file.damaged("not a fastText model of version " + VERSION);
        }
        dimension = file.smallCount("dimension", 1, 10_000);
        file.skip(4 * Integer.BYTES);
        int wordGrams = file.int32();
        loss = file.int32();
        int model = file.int32();
        buckets = file.smallCount("number of buckets", 0, Integer.MAX_VALUE);
        gramMin = file.int32();
        gramMax = file.smallCount("longest n-gram", 0, 100);
        file.skip(Integer.BYTES + Double.BYTES);
        if (model != 3 || wordGrams != 1 || loss != HIERARCHICAL_SOFTMAX && loss != SOFTMAX) {
            throw file.damaged("model " + model + ", loss " + loss + ", word n-grams " + wordGrams
                    + "; expected a classifier (3) with hierarchical softmax (1) or softmax (3) over single words");
        }
        pruned = readDictionary(file);
        boolean quantized = file.bool();
        input = FastTextMatrix.read(file, quantized, dimension);
        output = FastTextMatrix.read(file, file.bool() && quantized, dimension);
        long rows = (long) words.size() + (pruned == null ? buckets : pruned.size());
        if (input.rows() < rows || output.rows() < labels.size() || labels.isEmpty()) {
            throw file.damaged(input.rows() + " input and " + output.rows() + " output rows, expected " + rows + " and "
                    + labels.size());
        }
        tree = loss == HIERARCHICAL_SOFTMAX ? new LabelTree(labelCounts) : null;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Guess guess(String text) {
        float[] hidden = new float[dimension];
        int rows = 0;
        for (String word : SPACES.split(text)) {
            if (word.equals(END_OF_LINE)) {
                // Written out, it ends the line for fastText too.
                break;
            }
            rows += word.isEmpty() ? 0 : addWord(hidden, word);
        }
        Integer end = words.get(END_OF_LINE);
        if (end != null) {
            input.addTo(hidden, end);
            rows++;
        }
        if (rows == 0) {
            return new Guess("und", 0);
        }
        for (int i = 0; i < dimension; i++) {
            hidden[i] /= rows;
        }
        LabelTree.Best best = tree != null ? tree.best(output, hidden) : softmax(hidden);
        return new Guess(labels.get(best.label()), best.probability());
    }

    private LabelTree.Best softmax(float[] hidden) {
        double[] scores = new double[labels.size()];
        int best = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = output.dot(hidden, i);
            best = scores[i] > scores[best] ? i : best;
        }
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - scores[best]);
        }
        return new LabelTree.Best(best, 1 / sum + LEAST);
    }

    /** Adds the rows of a word and of its n-grams of characters. @return how many */
    private int addWord(float[] hidden, String word) {
        int rows = 0;
        Integer row = words.get(word);
        if (row != null) {
            input.addTo(hidden, row);
            rows++;
        }
        if (gramMax == 0) {
            return rows;
        }
        byte[] bytes = ("<" + word + ">").getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from++) {
            if (isInside(bytes, from)) {
                continue;
            }
            int hash = 0x811C9DC5;
            int to = from;
            for (int length = 1; to < bytes.length && length <= gramMax; length++) {
                do {
                    hash = (hash ^ bytes[to++]) * 0x01000193;
                } while (to < bytes.length && isInside(bytes, to));
                boolean edgeAlone = length == 1 && (from == 0 || to == bytes.length);
                if (length >= gramMin && !edgeAlone) {
                    rows += addGram(hidden, hash);
                }
            }
        }
        return rows;
    }

    private int addGram(float[] hidden, int hash) {
        if (buckets == 0) {
            return 0;
        }
        int bucket = Integer.remainderUnsigned(hash, buckets);
        int row = pruned == null ? bucket : pruned.row(bucket);
        if (row < 0) {
            return 0;
        }
        input.addTo(hidden, words.size() + row);
        return 1;
    }

    private static boolean isInside(byte[] bytes, int at) {
        return (bytes[at] & 0xC0) == 0x80;
    }

    /** Null where no n-gram was pruned; else row by bucket. */
    private PrunedRows readDictionary(FastTextFile file) {
        int size = file.smallCount("dictionary entries", 0, file.left());
        file.skip(2 * Integer.BYTES + Long.BYTES);
        long pruneCount = file.int64();
        for (int i = 0; i < size; i++) {
            String entry = file.text();
            long count = file.count("uses of '" + entry + "'", COUNT_MAX);
            if (file.int8() == 0) {
                words.put(entry, words.size());
            } else {
                labels.add(entry.startsWith(LABEL_PREFIX) ? entry.substring(LABEL_PREFIX.length()) : entry);
                labelCounts.add(count);
            }
        }
        if (pruneCount < 0) {
            return null;
        }
        if (pruneCount > file.left() / (2 * Integer.BYTES)) {
            throw file.damaged(pruneCount + " pruned n-grams in " + file.left() + " bytes");
        }
        PrunedRows kept = new PrunedRows((int) pruneCount);
        for (int i = 0; i < pruneCount; i++) {
            int bucket = file.int32();
            kept.put(bucket, file.smallCount("row of an n-gram", 0, (int) pruneCount - 1));
        }
        return kept;
    }
}
