package quern.appliance.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quern.gpu.tensor.ElementType;
import quern.inference.convert.Importance;
import quern.inference.format.GgufFamily;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.transformer.LoraWeights;
import quern.inference.transformer.ModelShape;
import quern.tuning.export.LoraGguf;
import quern.tuning.export.MergedModel;
import quern.tuning.export.MergedSafetensors;

/** What was tuned, for other programs. */
@Command(name = "export", mixinStandardHelpOptions = true,
        description = {"Write what was tuned for other programs, IN CLEAR: a model with an adapter merged into it, or "
                + "the adapter alone as llama.cpp reads it.",
            "Merging is done in floats and rounded once, row by row: memory holds the adapter and a few rows.",
            "An adapter of this house is checked to belong to MODEL; a directory of PEFT's has to fit its shapes. "
                + "'quern adapters export' writes an adapter as PEFT reads it."})
final class ExportCommand implements Callable<Integer> {

    private enum Form { MERGED, LORA, SAFETENSORS }

    @Mixin
    private GlobalOptions global;

    @Mixin
    private ConversionOptions options;

    @Parameters(index = "0", paramLabel = "MODEL", description = "GGUF file, safetensors directory or imported name.")
    private String in;

    @Parameters(index = "1", paramLabel = "OUT",
            description = "GGUF file to write; for safetensors a directory that does not exist.")
    private Path out;

    @Option(names = "--adapter", required = true, paramLabel = "NAME|DIR",
            description = "An adapter's id or alias, or a directory as PEFT writes it.")
    private String adapter;

    @Option(names = "--form", defaultValue = "merged", paramLabel = "merged|lora|safetensors",
            description = "merged: a whole model as GGUF, in any type that 'quantize' writes; lora: the adapter alone "
                    + "for llama.cpp's --lora (not DoRA); safetensors: a directory as transformers loads it, of a "
                    + "MODEL that is one, in its own types (${DEFAULT-VALUE}).")
    private Form form;

    @Option(names = "--type", paramLabel = "TYPE",
            description = "Of the matrices (merged: F16; lora: F32, or F16, BF16).")
    private String type;

    @Option(names = "--allow-tainted", description = "Also where the adapter learnt from a document in quarantine.")
    private boolean allowTainted;

    @Override
    public Integer call() throws IOException {
        Path model = ConversionOptions.input(in, global);
        if (form == Form.SAFETENSORS) {
            return directory(model);
        }
        options.mayWrite(out);
        return form == Form.LORA ? alone(model) : merged(model);
    }

    private int merged(Path model) {
        var rule = options.rule(type == null ? "F16" : type);
        LoraWeights weights;
        try (ModelFile file = ModelFiles.open(model)) {
            weights = read(file, GgufFamily.shape(file.shape()));
        }
        return options.run(global, model, () -> new MergedModel(ModelFiles.openSource(model), weights), out, rule,
                Importance.NONE);
    }

    private int alone(Path model) throws IOException {
        ElementType of = options.rule(type == null ? "F32" : type).type();
        if (!of.isFloat()) {
            throw new UsageProblem("--type " + type + ": an adapter alone is written as F32, F16 or BF16");
        }
        try (ModelFile file = ModelFiles.open(model)) {
            LoraWeights weights = read(file, GgufFamily.shape(file.shape()));
            PartialFile.guard(out, () -> {
                LoraGguf.write(out, weights, GgufFamily.of(file.shape()).name(), adapter, of);
                return out;
            });
            Screen screen = global.screen();
            ObjectNode written = ApiClient.JSON.createObjectNode().put("file", out.toString())
                    .put("file_bytes", Files.size(out)).put("form", "lora").put("rank", weights.rank())
                    .put("scale", weights.scale()).put("matrices", weights.targets().size())
                    .put("type", of.name()).put("fingerprint", weights.fingerprint());
            if (screen.json()) {
                screen.json(written);
            } else {
                screen.line(out + ": " + Printer.bytes(Files.size(out)) + ", adapter of rank " + weights.rank()
                        + " beside " + weights.targets().size() + " matrices, in clear");
            }
            return ExitCode.OK;
        }
    }

    private int directory(Path model) {
        if (!Files.isDirectory(model)) {
            throw new UsageProblem(model + " is a file, expected a safetensors directory; '--form merged' writes GGUF");
        }
        if (type != null) {
            throw new UsageProblem("--type " + type + ": a safetensors directory is written in the model's own types");
        }
        Path parent = out.toAbsolutePath().getParent();
        if (Files.exists(out) || parent == null || !Files.isDirectory(parent)) {
            throw new UsageProblem(out + ": expected a name that does not exist, in a directory that does");
        }
        Screen screen = global.screen();
        try (ModelFile file = ModelFiles.open(model)) {
            LoraWeights weights = read(file, file.shape());
            Map<String, Long> files = PartialFile.guard(out, () -> MergedSafetensors.write(model, weights, out,
                    (what, done, total) -> screen.progress("MiB, " + what, done >> 20, Math.max(1, total >> 20))));
            if (screen.json()) {
                ObjectNode written = ApiClient.JSON.createObjectNode().put("directory", out.toString())
                        .put("form", "safetensors").put("matrices", weights.targets().size())
                        .put("fingerprint", weights.fingerprint());
                files.forEach(written.putObject("files")::put);
                screen.json(written);
            } else {
                screen.line(out + ": " + Printer.bytes(files.values().stream().mapToLong(Long::longValue).sum()) + ", "
                        + files.size() + " files, adapter merged into " + weights.targets().size() + " matrices");
            }
            return ExitCode.OK;
        }
    }

    private LoraWeights read(ModelFile file, ModelShape shape) {
        return new ExportedAdapter(global, adapter, allowTainted).read(file, shape);
    }
}
