package quern.appliance.http;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.Multipart;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.stream.javadsl.FileIO;
import org.apache.pekko.stream.javadsl.Sink;
import quern.actors.files.FileStore;

/** A multipart form: its files on disk, where they streamed to, its other parts as text. */
final class MultipartForm {

    private static final int FIELD_BYTES_MAX = 64 * 1024;
    private static final int FIELD_TIMEOUT_MS = 60_000;
    private static final int PARTS_MAX = 16;

    private final Map<String, String> texts = new HashMap<>();
    private final Map<String, Path> files = new HashMap<>();
    private final Map<String, String> filenames = new HashMap<>();
    private final FileStore store;
    private final Set<String> fileParts;
    private final long bytesMax;

    private MultipartForm(FileStore store, Set<String> fileParts, long bytesMax) {
        this.store = store;
        this.fileParts = fileParts;
        this.bytesMax = bytesMax;
    }

    static boolean is(Call call) {
        var type = call.request().entity().getContentType().mediaType();
        return type.mainType().equals("multipart") && type.subType().equals("form-data");
    }

    /**
     * Reads the request's form and does something with it; files that nobody took over are gone afterwards.
     *
     * @param fileParts names of parts that are files
     * @param bytesMax of the whole body
     */
    static <T> CompletionStage<T> read(Call call, FileStore store, Set<String> fileParts, long bytesMax,
            Function<MultipartForm, CompletionStage<T>> work) {
        MultipartForm form = new MultipartForm(store, fileParts, bytesMax);
        return form.parts(call)
                .thenCompose(parts -> parts.getParts()
                        .runWith(Sink.foreachAsync(1, part -> form.take(call, part)), call.materializer()))
                .thenCompose(done -> work.apply(form))
                .whenComplete((done, failure) -> form.files.values().forEach(store::discard));
    }

    private CompletionStage<Multipart.FormData> parts(Call call) {
        if (!is(call)) {
            throw ApiError.unsupportedMediaType(
                    "expected multipart/form-data with the parts " + new TreeSet<>(fileParts) + " and others");
        }
        try {
            return Unmarshaller.entityToMultipartFormData()
                    .unmarshal(call.request().entity().withSizeLimit(bytesMax), call.materializer())
                    .handle((form, failure) -> {
                        if (failure != null) {
                            throw malformed(failure);
                        }
                        return form;
                    });
        } catch (RuntimeException noForm) {
            throw malformed(noForm);
        }
    }

    private RuntimeException malformed(Throwable failure) {
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause() : failure;
        return cause instanceof EntityStreamSizeException
                ? ApiError.tooLarge(bytesMax)
                : ApiError.badRequest("malformed_form", "the form cannot be read: " + cause.getMessage());
    }

    private CompletionStage<Void> take(Call call, Multipart.FormData.BodyPart part) {
        String name = part.getName();
        if (texts.containsKey(name) || files.containsKey(name) || texts.size() == PARTS_MAX) {
            throw ApiError.badRequest("malformed_form", "the form has a part twice, or more than " + PARTS_MAX);
        }
        if (fileParts.contains(name)) {
            Path target = store.spool();
            files.put(name, target);
            filenames.put(name, part.getFilename().orElse("upload"));
            return part.getEntity().withSizeLimit(bytesMax).getDataBytes()
                    .runWith(FileIO.toPath(target), call.materializer())
                    .thenApply(result -> null);
        }
        return part.getEntity().toStrict(FIELD_TIMEOUT_MS, FIELD_BYTES_MAX, call.materializer()).thenApply(strict -> {
            texts.put(name, strict.getData().utf8String());
            return null;
        });
    }

    Optional<String> text(String part) {
        return Optional.ofNullable(texts.get(part));
    }

    /** @throws ApiError 400 if it is neither true nor false */
    boolean flag(String part) {
        String text = texts.getOrDefault(part, "false");
        if (!text.equals("true") && !text.equals("false")) {
            throw ApiError.badField(part, "'" + part + "' is '" + text + "', expected true or false");
        }
        return text.equals("true");
    }

    /** @throws ApiError 400 if the form has no such file */
    Path file(String part) {
        if (!files.containsKey(part)) {
            throw ApiError.badField(part, "the form has no part '" + part + "'");
        }
        return files.get(part);
    }

    /** As whoever sends the file calls it. */
    String filename(String part) {
        return filenames.getOrDefault(part, "upload");
    }

    /** @throws ApiError 400 naming a text part that is none of these */
    void refuseOthers(Set<String> known) {
        texts.keySet().stream().filter(name -> !known.contains(name)).findFirst().ifPresent(name -> {
            throw ApiError.badField(name, "unknown part '" + name + "', expected " + new TreeSet<>(known) + " and "
                    + new TreeSet<>(fileParts));
        });
    }
}
