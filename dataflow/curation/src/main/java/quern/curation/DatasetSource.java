package quern.curation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import quern.ingest.Sample;

/** The samples of a finished dataset, with the provenance they have there, as the input of another run. */
public final class DatasetSource implements SampleSource {

    private final Path directory;
    private final List<DatasetManifest.Shard> shards;
    private BufferedReader reader;
    private int shard;
    private long line;

    /** @throws RunException if the directory holds no finished dataset */
    public DatasetSource(Path directory) {
        this(directory, DatasetManifest.read(directory).shards());
    }

    /** Some shards in a directory. */
    public DatasetSource(Path directory, List<DatasetManifest.Shard> shards) {
        this.directory = directory;
        this.shards = List.copyOf(shards);
    }

    @Override
    public void seek(String position) {
        String[] parts = position.split(":");
        close();
        shard = Integer.parseInt(parts[0]);
        long skipped = Long.parseLong(parts[1]);
        line = 0;
        while (line < skipped && readLine() != null) {
            continue;
        }
    }

    @Override
    public Item next() {
        String content = readLine();
        if (content == null) {
            return null;
        }
        try {
            ObjectNode fields = (ObjectNode) Json.MAPPER.readTree(content);
            JsonNode provenance = fields.remove(DatasetManifest.PROVENANCE);
            Sample sample = new Sample(fields, provenance.path("document").asText(), provenance.path("from").asLong(),
                    provenance.path("to").asLong(), provenance.path("page").asInt());
            List<String> documents = new ArrayList<>();
            provenance.path("documents").forEach(id -> documents.add(id.asText()));
            return new Read(sample, provenance.path("verbatim").asBoolean(), documents);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ", shard " + shard + ", line " + line, e);
        }
    }

    @Override
    public String position() {
        return shard + ":" + line;
    }

    @Override
    public void close() {
        try {
            if (reader != null) {
                reader.close();
                reader = null;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory.toString(), e);
        }
    }

    private String readLine() {
        try {
            while (shard < shards.size()) {
                if (reader == null) {
                    reader = open(directory.resolve(shards.get(shard).file()));
                }
                String content = reader.readLine();
                if (content != null) {
                    line++;
                    return content;
                }
                close();
                shard++;
                line = 0;
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ", shard " + shard, e);
        }
    }

    /** Lines of a shard, packed or not. */
    static BufferedReader open(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        InputStream plain = file.getFileName().toString().endsWith(".zst") ? new ZstdInputStream(in) : in;
        return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8));
    }
}
