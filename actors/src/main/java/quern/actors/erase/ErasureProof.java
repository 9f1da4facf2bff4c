package quern.actors.erase;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import quern.kv.AtomicFile;
import quern.kv.DataDirectory;
import quern.kv.journal.ErasureRecord;

/**
 * What an erasure leaves: {@code erasures/<document>.json}, plain, so that anybody can check it against the SHA-256 in
 * the record. It says what was found where and what became of it, and whether that is all; nothing of the document's
 * text or name is in it. One that is incomplete has such a file too, which is no proof of more than it says.
 */
public final class ErasureProof {

    private static final String DIRECTORY = "erasures";
    private static final List<String> NOT_SEARCHED = List.of("models");

    private ErasureProof() {}

    /** @return SHA-256 of the file, in hex */
    static String write(DataDirectory data, ErasureRecord record, ErasureFacts facts, long nowMs) throws IOException {
        ObjectNode proof = ErasureFacts.object().put("object", "erasure.proof").put("document", record.documentId())
                .put("job", record.jobId()).put("asked_by", record.ownership().ownerKeyId())
                .put("begun_at", record.begunAtMs() / 1000);
        boolean left = !facts.list(Sweep.REMAINING).isEmpty();
        if (left && !record.acceptRemaining()) {
            proof.put("complete", false).put("looked_at", nowMs / 1000);
        } else {
            proof.put("complete", !left).put("remaining_accepted", left).put("done_at", nowMs / 1000);
        }
        proof.put("everywhere", record.everywhere()).put("encrypted", data.vault().sealing());
        ObjectNode found = facts.toJson();
        found.remove("step");
        proof.setAll(found);
        NOT_SEARCHED.forEach(proof.putArray("not_searched")::add);
        byte[] bytes = (proof.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(file(data, record.documentId()), bytes);
        return sha256(bytes);
    }

    private static Path file(DataDirectory data, String documentId) {
        return data.directory(DIRECTORY).resolve(documentId + ".json");
    }

    /** The proof of an erasure that is done, as it is stored; empty if it is gone. */
    public static Optional<String> read(DataDirectory data, String documentId) {
        try {
            Path file = file(data, documentId);
            return Files.exists(file) ? Optional.of(Files.readString(file)) : Optional.empty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("proof of " + documentId + " cannot be read", e);
        }
    }

    /** SHA-256 in hex. */
    public static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
