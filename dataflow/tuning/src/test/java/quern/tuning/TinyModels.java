package quern.tuning;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import quern.config.EngineConfig;
import quern.gpu.Backend;
import quern.gpu.kernel.RopeTable;
import quern.gpu.tensor.ElementType;
import quern.inference.LoadedModel;
import quern.inference.format.LlamaFile;
import quern.inference.format.ModelFiles;
import quern.inference.template.ChatTemplate;
import quern.inference.tokenizer.BpeVocabulary;
import quern.inference.tokenizer.ByteAlphabet;
import quern.inference.transformer.ModelShape;
import quern.tuning.network.PackedBatch.Segment;

/** Models of a few thousand parameters over single bytes, trained on the spot and read back as GGUF files. */
final class TinyModels {

    static final String TEMPLATE = "{% for message in messages %}"
            + "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
            + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private TinyModels() {}

    static BpeVocabulary vocabulary() {
        List<String> tokens = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            tokens.add(String.valueOf(ByteAlphabet.character(b)));
        }
        tokens.addAll(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"));
        return new BpeVocabulary(tokens, List.of(), Set.of(256, 257, 258), "qwen2", OptionalInt.of(256), false,
                List.of(258, 256), Optional.of(TEMPLATE));
    }

    static ModelShape shape(int layers, int hidden) {
        return new ModelShape("llama", layers, hidden, hidden / 16, hidden / 16, 16, 2 * hidden, 259, 128, 1e-5f,
                RopeTable.of(true, 16, 10_000), true, false);
    }

    /** @param text what the model has read; empty for one that has read nothing */
    static LoadedModel trained(
            ModelShape shape, List<TrainingSample> text, int steps, Backend backend, Path directory) {
        List<Segment> segments = new ArrayList<>();
        var encoder = new ExampleEncoder(
                vocabulary().tokenizer(), ChatTemplate.parse(TEMPLATE), 128);
        text.forEach(sample -> segments.addAll(encoder.encode(sample).segments()));
        int[] ids = segments.stream().flatMapToInt(segment -> Arrays.stream(segment.tokens())).toArray();
        FullTraining training = FullTraining.open(
                shape, ids, new FullTraining.Settings(
                        128, 512, 512, steps, 5, 1e-2, 0.1, 0.0, 0.95, 1.0, 10_000, 3), backend,
                directory.resolve("base"));
        while (!training.done()) {
            training.step();
        }
        Path file = directory.resolve("tiny.gguf");
        new LlamaFile("tiny", shape, 10_000, vocabulary(), training.tensors(), Map.of()).write(file, ElementType.F32);
        return LoadedModel.load(ModelFiles.open(file), backend.kernels(), EngineConfig.Product.F32);
    }
}
