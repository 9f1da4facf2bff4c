package quern.tuning.pretrain;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.ElementType;
import quern.inference.format.LlamaFile;
import quern.inference.tokenizer.BpeVocabulary;
import quern.inference.transformer.ModelShape;
import quern.kv.AtomicFile;
import quern.tuning.FullTraining;
import quern.tuning.StepResult;

/**
 * The run that makes quern-nano from text: vocabulary, training, model file and manifest. Resumable: opened again over
 * the same text, settings and directory it goes on from its last checkpoint and gives the same weights.
 */
public final class Pretraining {

    private static final double ROPE_BASE = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * @param corpus text to learn from
     * @param trainingTokens tokens of the whole run, texts repeated as often as that takes
     * @param directory checkpoints, kept between runs
     */
    public record Plan(
            PretrainingCorpus corpus, int vocabulary, int layers, int hidden, int heads, int kvHeads, int feedForward,
            int contextTokens, long trainingTokens, Path directory) {

        /** quern-nano: 1.28 million parameters. */
        public static Plan ofNano(Path text, long trainingTokens, Path directory) {
            return new Plan(
                    new PretrainingCorpus(text, 0.5, 1), 2304, 5, 128, 4, 2, 384, 512, trainingTokens, directory);
        }

        ModelShape shape() {
            int headSize = hidden / heads;
            return new ModelShape("llama", layers, hidden, heads, kvHeads, headSize, feedForward, vocabulary,
                    contextTokens, 1e-5f, RopeTable.of(false, headSize, ROPE_BASE), true, false);
        }
    }

    private final Plan plan;
    private final BpeVocabulary vocabulary;
    private final EncodedCorpus corpus;
    private final FullTraining training;
    private final int steps;
    private final ObjectNode manifest = JSON.createObjectNode();

    private Pretraining(
            Plan plan, BpeVocabulary vocabulary, EncodedCorpus corpus, FullTraining training, int steps) {
        this.plan = plan;
        this.vocabulary = vocabulary;
        this.corpus = corpus;
        this.training = training;
        this.steps = steps;
    }

    /** Learns the vocabulary, encodes the text and opens the training, from its checkpoint if there is one. */
    public static Pretraining open(Plan plan, Backend backend) {
        BpeVocabulary vocabulary = NanoVocabulary.learn(plan.corpus(), plan.vocabulary());
        if (vocabulary.tokens().size() != plan.vocabulary()) {
            throw new QuernException(QuernException.Category.ERROR, plan.corpus().directory() + ": too little text for "
                    + plan.vocabulary() + " tokens, found " + vocabulary.tokens().size());
        }
        EncodedCorpus corpus = EncodedCorpus.of(plan.corpus(), vocabulary.tokenizer());
        int batchTokens = FullTraining.Settings.ofSmallModel(plan.contextTokens(), 1, 1).batchTokens();
        int steps = Math.toIntExact(Math.max(1, plan.trainingTokens() / batchTokens));
        var settings = FullTraining.Settings.ofSmallModel(plan.contextTokens(), steps, plan.corpus().seed());
        FullTraining training =
                FullTraining.open(plan.shape(), corpus.training(), settings, backend, plan.directory());
        return new Pretraining(plan, vocabulary, corpus, training, steps);
    }

    public int steps() {
        return steps;
    }

    /** Steps made, earlier runs included. */
    public int stepCount() {
        return training.stepCount();
    }

    public int corpusTokens() {
        return corpus.training().length;
    }

    public boolean done() {
        return training.done();
    }

    /** @throws QuernException if the loss is no number any more */
    public StepResult step() {
        StepResult result = training.step();
        if (!result.finite()) {
            throw new QuernException(QuernException.Category.ERROR, "step " + result.step() + ": loss "
                    + result.loss() + ", gradient norm " + result.gradientNorm() + ", expected numbers");
        }
        return result;
    }

    /** Writes a checkpoint now. */
    public void save() {
        training.save();
    }

    /** Bits per UTF-8 byte of the held-out text. */
    public double heldOutBitsPerByte() {
        double nats = training.loss(corpus.heldOut()) * (corpus.heldOut().length - 1);
        return nats / Math.log(2) / corpus.heldOutBytes();
    }

    /** Writes the model as GGUF, and beside it a manifest that says what it was made of. */
    public void write(Path file, double heldOutBitsPerByte) {
        new LlamaFile("quern-nano", plan.shape(), ROPE_BASE, vocabulary, training.tensors(), Map.of(
                        "general.license", "Apache-2.0",
                        "general.description", "made by quern pretrain from public-domain and generated text"))
                .write(file, ElementType.F16);
        long parameters = training.tensors().values().stream().mapToLong(t -> (long) t.rows() * t.columns()).sum();
        manifest.put("model", "quern-nano").put("parameters", parameters);
        manifest.put("corpus_files", plan.corpus().files().size());
        manifest.put("corpus_generated_share", plan.corpus().generatedShare());
        manifest.put("corpus_tokens", corpusTokens()).put("training_tokens", plan.trainingTokens());
        manifest.put("steps", steps).put("seed", plan.corpus().seed());
        manifest.put("held_out_bits_per_byte", Math.round(heldOutBitsPerByte * 1e4) / 1e4);
        try {
            AtomicFile.write(file.resolveSibling(file.getFileName() + ".manifest.json"),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsString(manifest) + "\n");
        } catch (IOException e) {
            throw new QuernException(
                    QuernException.Category.ERROR, file + ": manifest cannot be written: " + e.getMessage(), e);
        }
    }

    /** Puts a loss into the manifest's curve. */
    public void note(StepResult result) {
        manifest.withArray("loss_curve").addObject()
                .put("step", result.step())
                .put("loss", Math.round(result.loss() * 1e4) / 1e4);
    }
}
