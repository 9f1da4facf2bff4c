package quern.actors.engine;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import quern.actors.serving.ChatMessage;
import quern.actors.serving.Prompt;
import quern.actors.serving.PromptEncoder;
import quern.config.ApplianceConfig;
import quern.config.QuernException;
import quern.gpu.Backend;
import quern.gpu.BackendChoice;
import quern.inference.EmbeddedModel;
import quern.inference.LoadedModel;
import quern.inference.engine.EngineLoop;
import quern.inference.format.ModelFile;
import quern.inference.format.ModelFiles;
import quern.inference.format.ModelFingerprint;
import quern.inference.template.ChatTemplate;
import quern.inference.template.Conversation;
import quern.inference.tokenizer.Tokenizer;
import quern.kv.DataDirectory;
import quern.kv.FingerprintFile;
import quern.kv.TierStack;
import quern.kv.journal.ModelRecord;

/**
 * A loaded model with everything it runs on. Loading blocks for seconds. Closing frees the memory of all of it, so the
 * engine must have stopped.
 *
 * @param modelId what requests call the base model
 * @param contextTokens longest prompt plus answer
 */
public record EngineParts(
        ApplianceConfig config,
        BackendChoice choice,
        LoadedModel model,
        String modelId,
        TierStack tiers,
        int contextTokens)
        implements AutoCloseable {

    /**
     * @param imports what is known of a path that was imported
     * @throws quern.config.QuernException if the backend, the model or the tiers cannot be had
     */
    public static EngineParts load(
            ApplianceConfig config, DataDirectory directory, Function<Path, Optional<ModelRecord>> imports) {
        var opened = new ArrayList<AutoCloseable>();
        try {
            BackendChoice choice = BackendChoice.choose(config.backend());
            Backend backend = choice.backend();
            opened.add(backend);
            Path path = config.engine().model().orElseGet(() -> EmbeddedModel.unpack(directory.models()));
            Optional<ModelRecord> imported = imports.apply(path);
            ModelFingerprint stamps = ModelFingerprint.before(path);
            ModelFile file = ModelFiles.open(path);
            opened.add(file);
            String fingerprint = stamps.of(file, FingerprintFile.in(directory.root()), (done, total) -> { });
            imported.ifPresent(record -> requireSame(record, fingerprint));
            LoadedModel model = LoadedModel.load(file, backend.kernels(), config.engine().product(), fingerprint);
            var layout = model.kvLayout(config.kv());
            TierStack tiers = TierStack.open(
                    config.kv(), layout.blockBytes(), layout + " " + model.arithmetic(), directory.blocks());
            tiers.openLower();
            String id = config.engine().model().isEmpty() ? EmbeddedModel.NAME
                    : imported.map(ModelRecord::name).orElseGet(() -> idOf(path));
            int trained = model.shape().contextTokens();
            int limit = config.engine().contextTokens();
            return new EngineParts(
                    config, choice, model, id, tiers, limit == 0 ? trained : Math.min(trained, limit));
        } catch (RuntimeException | Error failure) {
            closeAll(opened.reversed(), failure);
            throw failure;
        }
    }

    private static void closeAll(List<AutoCloseable> parts, Throwable failure) {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static void requireSame(ModelRecord record, String fingerprint) {
        if (!record.fingerprint().equals(fingerprint)) {
            throw new QuernException(QuernException.Category.ERROR, "model '" + record.name() + "' at " + record.path()
                    + " changed since it was imported: fingerprint " + fingerprint + ", expected "
                    + record.fingerprint() + "; remove it with 'quern rm " + record.name() + "' and import it again");
        }
    }

    private static String idOf(Path model) {
        String name = model.toAbsolutePath().normalize().getFileName().toString();
        return name.endsWith(".gguf") ? name.substring(0, name.length() - ".gguf".length()) : name;
    }

    /** A loop over this model and its tiers; one at a time. */
    public EngineLoop newLoop() {
        return new EngineLoop(model, tiers, model.kvLayout(config.kv()), config.engine());
    }

    /** Prompts as this model wants them: its chat template, else the plain one. */
    public PromptEncoder encoder() {
        ChatTemplate template = model.chatTemplate().map(ChatTemplate::parse).orElseGet(ChatTemplate::plain);
        Tokenizer tokenizer = model.tokenizer();
        String begin = tokenizer.beginToken().isPresent() ? tokenizer.text(tokenizer.beginToken().getAsInt()) : "";
        String end = tokenizer.endTokens().isEmpty() ? "" : tokenizer.text(tokenizer.endTokens().getFirst());
        return prompt -> switch (prompt) {
            case Prompt.Chat(List<ChatMessage> messages) -> tokenizer.encodeTemplate(template.render(
                    new Conversation(maps(messages), List.of(), true, begin, end, LocalDateTime.now(), Map.of())));
            case Prompt.Text(String text) -> tokenizer.encode(text, true);
            case Prompt.Tokens(List<Integer> ids) -> ids.stream().mapToInt(Integer::intValue).toArray();
        };
    }

    private static List<Map<String, Object>> maps(List<ChatMessage> messages) {
        return messages.stream()
                .map(message -> Map.<String, Object>of("role", message.role(), "content", message.content()))
                .toList();
    }

    /** Why faster backends were not taken, and lower tiers that were emptied or left out. */
    public List<String> remarks() {
        var remarks = new ArrayList<String>();
        choice.refusals().forEach(refusal -> remarks.add("backend " + refusal.name() + ": " + refusal.reason()));
        remarks.addAll(tiers.reports());
        return remarks;
    }

    /** Fingerprint of the base weights, as short as replies carry it. */
    public String shortFingerprint() {
        return model.fingerprint().substring(0, 12);
    }

    @Override
    public void close() {
        tiers.close();
        model.close();
        choice.backend().close();
    }
}
