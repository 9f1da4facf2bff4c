package quern.appliance.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import quern.actors.Caller;
import quern.curation.DatasetSource;
import quern.curation.SampleSource;
import quern.inference.tokenizer.Tokenizer;
import quern.ingest.Sample;
import quern.kv.DataDirectory;
import quern.kv.journal.AdapterRecord;
import quern.kv.journal.AliasRecord;
import quern.kv.journal.DatasetRecord;
import quern.kv.journal.Edge;
import quern.kv.journal.Lineage;
import quern.kv.journal.RecordKind;
import quern.kv.journal.RecordRef;
import quern.kv.journal.TombstoneRecord;
import quern.tuning.lineage.AnswerTrace;

/**
 * Where things come from and what was made of them: {@code /v1/lineage/{kind}/{id}}, and which samples and documents
 * an answer repeats: {@code /v1/lineage/answers}.
 */
public final class LineageRoutes {

    private static final int EDGES_MAX = 100_000;
    private static final int ANSWER_CHARS_MAX = 100_000;
    private static final int MATCHES_MAX = 1000;
    private static final int SPAN_TOKENS_DEFAULT = 8;

    private final JobDesk desk;
    private final DataDirectory data;
    private final Supplier<Optional<Tokenizer>> tokenizer;

    /** @param tokenizer of the base model, empty while it is loading */
    public LineageRoutes(JobDesk desk, DataDirectory data, Supplier<Optional<Tokenizer>> tokenizer) {
        this.desk = desk;
        this.data = data;
        this.tokenizer = tokenizer;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("GET", "/v1/lineage/{kind}/{id}", Access.KEY, this::show),
                Route.of("POST", "/v1/lineage/answers", Access.KEY, this::answer));
    }

    private CompletionStage<HttpResponse> show(Call call) {
        RecordKind kind = kind(call.id("kind"));
        String id = call.id("id");
        return desk.read(() -> {
            requireVisible(call.caller(), kind, id);
            ObjectNode body = Json.object().put("object", "lineage").put("kind", kind.name().toLowerCase(Locale.ROOT))
                    .put("id", id);
            Lineage ancestors = desk.catalogue().ancestors(kind, id, EDGES_MAX);
            Lineage descendants = desk.catalogue().descendants(kind, id, EDGES_MAX);
            put(body.putArray("ancestors"), ancestors);
            put(body.putArray("descendants"), descendants);
            TaintJson.addLineage(
                    body, new RecordRef(kind, id), ancestors, descendants, desk.taint(), desk.quarantine());
            return Json.ok(body);
        });
    }

    private static RecordKind kind(String text) {
        try {
            return RecordKind.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw ApiError.badField("kind", "'" + text + "' is no kind of record, expected document, dataset, ...");
        }
    }

    private static void put(ArrayNode edges, Lineage lineage) {
        for (Edge edge : lineage.edges()) {
            edges.addObject()
                    .put("from_kind", edge.fromKind().name().toLowerCase(Locale.ROOT))
                    .put("from", edge.fromId())
                    .put("to_kind", edge.toKind().name().toLowerCase(Locale.ROOT))
                    .put("to", edge.toId())
                    .put("role", edge.role());
        }
    }

    private CompletionStage<HttpResponse> answer(Call call) {
        return call.json().thenCompose(fields -> {
            fields.accept("model", "text", "span_tokens_min");
            String model = fields.requiredText("model");
            String text = fields.requiredText("text");
            int spanTokensMin = fields.integer("span_tokens_min", 2, 1000).orElse(SPAN_TOKENS_DEFAULT);
            fields.refuseOthers();
            if (text.length() > ANSWER_CHARS_MAX) {
                throw ApiError.badField("text", "'text' has " + text.length() + " characters, at most "
                        + ANSWER_CHARS_MAX);
            }
            Tokenizer words = tokenizer.get().orElseThrow(() -> ApiError.unavailable("the model is loading", 1));
            return desk.read(() -> {
                AdapterRecord adapter = adapter(call.caller(), model);
                DatasetRecord dataset = dataset(call.caller(), adapter.datasetId());
                try (DatasetSource source = new DatasetSource(data.resolve(dataset.path()))) {
                    var matches = AnswerTrace.of(words, text, sources(source), spanTokensMin);
                    return Json.ok(json(adapter, matches));
                }
            });
        });
    }

    private AdapterRecord adapter(Caller caller, String model) {
        String id = AliasRecord.named(desk.catalogue(), model)
                .flatMap(AliasRecord::current)
                .orElse(model);
        return desk.catalogue().get(RecordKind.ADAPTER, id, AdapterRecord.class)
                .filter(found -> caller.sees(found.ownership().ownerKeyId()))
                .orElseThrow(() -> ApiError.notFound("model_not_found", "no adapter '" + model + "'"));
    }

    private DatasetRecord dataset(Caller caller, String id) {
        return TombstoneRecord.dataset(desk.catalogue(), id)
                .filter(found -> caller.sees(found.ownership().ownerKeyId()))
                .orElseThrow(() -> ApiError.notFound("dataset_not_found",
                        "the adapter was not made from a dataset of the catalogue: '" + id + "'"));
    }

    /** What each sample teaches the model to say, with its place in its document. */
    private static List<AnswerTrace.Source> sources(DatasetSource dataset) {
        List<AnswerTrace.Source> sources = new ArrayList<>();
        for (SampleSource.Item item = dataset.next(); item != null; item = dataset.next()) {
            if (item instanceof SampleSource.Read read) {
                Sample sample = read.sample();
                sources.add(new AnswerTrace.Source(sample.id(), said(sample.fields()), sample.documentId(),
                        sample.from()));
            }
        }
        return sources;
    }

    /** The answer of a question, the last assistant turn of a conversation, else the text. */
    private static String said(JsonNode fields) {
        if (fields.path("answer").isTextual()) {
            return fields.path("answer").asText();
        }
        JsonNode messages = fields.path("messages");
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).path("role").asText().equals("assistant")) {
                return messages.get(i).path("content").asText();
            }
        }
        return fields.path("text").asText();
    }

    private ObjectNode json(AdapterRecord adapter, List<AnswerTrace.Match> matches) {
        ObjectNode body = Json.object()
                .put("object", "lineage.answer")
                .put("adapter", adapter.id())
                .put("dataset", adapter.datasetId())
                .put("tainted", !desk.taint().ofAdapter(adapter.id()).isEmpty())
                .put("matches_total", matches.size());
        var list = body.putArray("matches");
        matches.stream().limit(MATCHES_MAX).forEach(match -> list.addObject()
                .put("text", match.text())
                .put("answer_from", match.answerFrom())
                .put("answer_to", match.answerTo())
                .put("tokens", match.tokens())
                .put("sample", match.sampleId())
                .put("document", match.documentId())
                .put("quarantined", desk.quarantine().contains(match.documentId()))
                .put("document_from", match.documentFrom())
                .put("document_to", match.documentTo()));
        return body;
    }

    private void requireVisible(Caller caller, RecordKind kind, String id) {
        if (caller.admin()) {
            return;
        }
        desk.catalogue().get(kind, id, JsonNode.class)
                .filter(record -> caller.sees(record.path("ownership").path("ownerKeyId").asText()))
                .orElseThrow(() -> ApiError.notFound("not_found",
                        "no " + kind.name().toLowerCase(Locale.ROOT) + " '" + id + "'"));
    }
}
