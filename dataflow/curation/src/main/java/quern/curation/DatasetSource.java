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
import quern.ingest.Sample;

/** The samples of a finished dataset, in its order, each with the provenance its line carries. */
public final class DatasetSource implements SampleSource {

    private final Path directory;
    private final DatasetManifest manifest;
    private int shard;
    private long line;
    private BufferedReader reader;

    /** @param directory of a finished run: manifest and shards */
    public DatasetSource(Path directory) {
        this.directory = directory;
        this.manifest = DatasetManifest.read(directory);
    }

    public DatasetManifest manifest() {
        return manifest;
    }

    @Override
    public void seek(String position) {
        String[] parts = position.isEmpty() ? new String[] {"0", "0"} : position.split(":");
        long to = Long.parseLong(parts[1]);
        close();
        shard = Integer.parseInt(parts[0]);
        line = 0;
        while (line < to && next() != null) {
            // each call moves on by one line
            continue;
        }
    }

    @Override
    public Item next() {
        try {
            while (shard < manifest.shards().size()) {
                if (reader == null) {
                    reader = open(directory.resolve(manifest.shards().get(shard).file()));
                }
                String text = reader.readLine();
                if (text != null) {
                    line++;
                    return new Read(sample(text));
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

    @Override
    public String position() {
        return shard + ":" + line;
    }

    private static Sample sample(String line) throws IOException {
        ObjectNode fields = (ObjectNode) Json.MAPPER.readTree(line);
        JsonNode provenance = fields.remove(DatasetManifest.PROVENANCE);
        return new Sample(
                fields,
                provenance.path("document").asText(),
                provenance.path("from").asLong(),
                provenance.path("to").asLong(),
                provenance.path("page").asInt());
    }

    private static BufferedReader open(Path file) throws IOException {
        InputStream in = Files.newInputStream(file);
        try {
            InputStream plain = file.toString().endsWith(".zst") ? new ZstdInputStream(in) : in;
            return new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8));
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    @Override
    public void close() {
        if (reader != null) {
            try {
                reader.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            reader = null;
        }
    }
}
