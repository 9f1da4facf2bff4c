package quern.appliance.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.StreamConverters;
import org.apache.pekko.util.ByteString;
import quern.actors.Caller;
import quern.actors.Stores;
import quern.actors.ingest.Ingestor;
import quern.ingest.BodyTooLarge;
import quern.ingest.Document;
import quern.ingest.DocumentId;
import quern.ingest.JournalCursor;
import quern.ingest.Spool;
import quern.ingest.SpooledBody;
import quern.ingest.reader.DocumentReader;
import quern.ingest.reader.ReadOutcome;
import quern.kv.journal.Ownership;
import quern.kv.journal.Quarantine;

/**
 * Documents of any supported type: {@code /v1/documents}. The body is the document; {@code ?name=} says what it is
 * called, {@code ?labels=a,b} labels it. Sending one again is harmless: its id is the hash of its content. A list with
 * {@code ?quarantined=true} is of those that no run uses, see {@link QuarantineRoutes}.
 */
public final class DocumentRoutes {

    private static final Duration APPEND_TIMEOUT = Duration.ofMinutes(2);
    private static final int LIMIT_MAX = 1000;
    private static final int NAME_CHARS_MAX = 1024;

    private final JobDesk desk;
    private final Stores stores;
    private final Quarantine quarantine;
    private final ActorRef<Ingestor.Command> ingestor;
    private final DocumentReader reader;
    private final long bodyBytesMax;
    private final ErasureRoutes erasures;

    public DocumentRoutes(
            JobDesk desk, Stores stores, ActorRef<Ingestor.Command> ingestor, DocumentReader reader,
            long bodyBytesMax, ErasureRoutes erasures) {
        this.desk = desk;
        this.stores = stores;
        this.quarantine = stores.quarantine();
        this.ingestor = ingestor;
        this.reader = reader;
        this.bodyBytesMax = bodyBytesMax;
        this.erasures = erasures;
    }

    public List<Route> routes() {
        return List.of(
                Route.of("POST", "/v1/documents", Access.KEY, this::append),
                Route.of("GET", "/v1/documents", Access.KEY, this::list),
                Route.of("GET", "/v1/documents/{id}", Access.KEY, this::show),
                Route.of("GET", "/v1/documents/{id}/content", Access.KEY, this::content),
                Route.of("DELETE", "/v1/documents/{id}", Access.KEY, this::remove));
    }

    private CompletionStage<HttpResponse> append(Call call) {
        String name = call.query("name").orElse("");
        if (name.length() > NAME_CHARS_MAX) {
            throw ApiError.badField("name", "'name' has " + name.length() + " characters, at most " + NAME_CHARS_MAX);
        }
        Ownership owner = Ownership.of(call.caller().keyId(), labels(call));
        String type = call.request().entity().getContentType().toString();
        Spool spool = new Spool(stores.directory().temporary(), bodyBytesMax);
        return call.request().entity().withoutSizeLimit().getDataBytes()
                .via(Flow.of(ByteString.class).map(bytes -> write(spool, bytes))
                        .withAttributes(ActorAttributes.dispatcher("quern-io")))
                .runWith(Sink.ignore(), call.materializer())
                .thenCompose(done -> desk.read(() -> finish(spool)))
                .thenCompose(body -> tell(body, type, name, owner))
                .handle((reply, failure) -> {
                    if (failure != null) {
                        close(spool);
                        throw refusal(failure);
                    }
                    return stored(reply, call.caller());
                });
    }

    private static Set<String> labels(Call call) {
        return call.query("labels").stream()
                .flatMap(text -> Arrays.stream(text.split(",")))
                .map(String::strip)
                .filter(label -> !label.isEmpty())
                .collect(Collectors.toSet());
    }

    private static int write(Spool spool, ByteString bytes) throws IOException {
        for (var buffer : bytes.getByteBuffers()) {
            spool.write(buffer);
        }
        return bytes.size();
    }

    private static SpooledBody finish(Spool spool) {
        try {
            return spool.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(Spool spool) {
        try {
            spool.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private CompletionStage<Ingestor.Reply> tell(SpooledBody body, String type, String name, Ownership owner) {
        return AskPattern.ask(ingestor, replyTo -> new Ingestor.Append(body, type, name, owner, replyTo),
                APPEND_TIMEOUT, desk.scheduler());
    }

    private RuntimeException refusal(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApiError known) {
                return known;
            }
            if (cause instanceof BodyTooLarge) {
                return ApiError.tooLarge(bodyBytesMax);
            }
        }
        return ApiError.unavailable("the document could not be stored: " + failure.getMessage(), 1);
    }

    private HttpResponse stored(Ingestor.Reply reply, Caller caller) {
        return switch (reply) {
            case Ingestor.Stored stored -> Json.ok(json(document(caller, stored.id()), quarantine)
                    .put("status", stored.known() ? "known" : "stored"));
            case Ingestor.Refused refused -> throw ApiError.of(422, "document_refused", refused.reason());
            case Ingestor.Overloaded full -> throw ApiError.overloaded(full.waiting() + " documents wait already", 1);
            case Ingestor.Failed failed -> throw ApiError.unavailable(failed.reason(), 5);
            case Ingestor.Removed removed -> throw new IllegalStateException("an append was answered as a removal");
        };
    }

    private CompletionStage<HttpResponse> list(Call call) {
        int limit = call.query("limit", 1, LIMIT_MAX, 100);
        long after = call.query("after", 0L, Long.MAX_VALUE, 0L);
        boolean onlyQuarantined = call.flag("quarantined", false);
        return desk.read(() -> {
            ObjectNode body = Json.object().put("object", "list");
            var items = body.putArray("data");
            JournalCursor cursor = stores.documents().cursor(after);
            Document document = cursor.next();
            for (; document != null && items.size() < limit; document = cursor.next()) {
                boolean wanted = !onlyQuarantined || quarantine.contains(document.id().hex());
                if (wanted && document.visibleTo(call.caller().keyId(), call.caller().admin())) {
                    items.add(json(document, quarantine));
                }
            }
            body.put("has_more", document != null).put("total", stores.documents().documents());
            return Json.ok(body.put("next", cursor.position()));
        });
    }

    private CompletionStage<HttpResponse> show(Call call) {
        DocumentId id = id(call);
        return desk.read(() -> {
            Document document = document(call.caller(), id);
            ObjectNode body = json(document, quarantine);
            stores.documents().content(id).ifPresent(content -> {
                ReadOutcome outcome = reader.inspect(document, content);
                body.put("outcome", outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT));
                body.set("reading", Json.tree(outcome));
            });
            return Json.ok(body);
        });
    }

    private CompletionStage<HttpResponse> content(Call call) {
        DocumentId id = id(call);
        return desk.read(() -> {
            Document document = document(call.caller(), id);
            InputStream content = stores.documents().content(id).orElseThrow(() -> unknown(id.hex()));
            return HttpResponse.create().withEntity(HttpEntities.create(ContentTypes.APPLICATION_OCTET_STREAM,
                    document.bytes(), StreamConverters.fromInputStream(() -> content)));
        });
    }

    private CompletionStage<HttpResponse> remove(Call call) {
        DocumentId id = id(call);
        if (call.flag("erase", false)) {
            return erasures.erase(call);
        }
        return desk.read(() -> document(call.caller(), id))
                .thenCompose(document -> AskPattern.<Ingestor.Command, Ingestor.Reply>ask(ingestor,
                        replyTo -> new Ingestor.Remove(id, claim(call.caller()), replyTo),
                        APPEND_TIMEOUT, desk.scheduler()))
                .thenApply(reply -> Json.ok(Json.object().put("id", id.hex()).put("object", "document")
                        .put("deleted", reply instanceof Ingestor.Removed removed && removed.existed())));
    }

    /** An administrator removes a document for everybody, any other key its own claim. */
    private static Optional<String> claim(Caller caller) {
        return caller.admin() ? Optional.empty() : Optional.of(caller.keyId());
    }

    static DocumentId id(Call call) {
        String text = call.id("id");
        try {
            return new DocumentId(text);
        } catch (IllegalArgumentException e) {
            throw unknown(text);
        }
    }

    private Document document(Caller caller, DocumentId id) {
        return document(stores, caller, id);
    }

    static Document document(Stores stores, Caller caller, DocumentId id) {
        return stores.documents().find(id)
                .filter(document -> document.visibleTo(caller.keyId(), caller.admin()))
                .orElseThrow(() -> unknown(id.hex()));
    }

    static ApiError unknown(String id) {
        return ApiError.notFound("document_not_found", "no document '" + id + "'");
    }

    static ObjectNode json(Document document, Quarantine quarantine) {
        ObjectNode node = Json.object()
                .put("id", document.id().hex())
                .put("object", "document")
                .put("name", document.name())
                .put("media_type", document.mediaType().text())
                .put("bytes", document.bytes())
                .put("created_at", document.receivedAtMs() / 1000);
        document.labels().forEach(node.putArray("labels")::add);
        var record = quarantine.find(document.id().hex());
        node.put("quarantined", record.isPresent());
        record.ifPresent(found -> node.putObject("quarantine").put("reason", found.reason())
                .put("held", found.held()).put("by", found.byKeyId()).put("since_at", found.atMs() / 1000));
        return node;
    }
}
