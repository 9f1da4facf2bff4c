package quern.ingest.writer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import quern.kv.AtomicFile;

/**
 * Writes rows to one file or to shards of about a size. Nothing of a target's name exists before {@link #finish},
 * which forces what is left to disk, renames all and forces the directory; closing without it leaves nothing behind.
 * One owner, one thread.
 *
 * <p>Shards are called as Data-Juicer calls them: {@code name-00-of-04.jsonl}, digits one more than the count has. In
 * Parquet, a column of values that fit no one type is written as text, see {@link #mixedColumns}.
 */
public final class RowWriter implements AutoCloseable {

    private final Path target;
    private final RowForm form;
    private final long shardBytes;
    private final List<ShardFile> shards = new ArrayList<>();
    private final SortedSet<String> mixedColumns = new TreeSet<>();
    private ShardFile open;

    private RowWriter(Path target, RowForm form, long shardBytes) {
        this.target = target;
        this.form = form;
        this.shardBytes = shardBytes;
    }

    /**
     * @param target name of the one file; shards get their number before its ending
     * @param shardBytes size of the rows as JSON from which on a shard is full; 0 for one file of any size
     */
    public static RowWriter create(Path target, RowForm form, long shardBytes) throws IOException {
        Files.createDirectories(target.toAbsolutePath().getParent());
        AtomicFile.removeAbandoned(target.toAbsolutePath(), AtomicFile.TEMPORARY_SUFFIX);
        return new RowWriter(target.toAbsolutePath(), form, shardBytes);
    }

    public void append(ObjectNode row) throws IOException {
        byte[] line = JsonLines.bytes(row);
        if (open != null && shardBytes > 0 && open.rowBytes() + line.length > shardBytes) {
            closeShard();
        }
        if (open == null) {
            open = ShardFile.create(AtomicFile.ownTemporary(target, AtomicFile.TEMPORARY_SUFFIX), form);
            shards.add(open);
        }
        open.append(row, line);
    }

    private void closeShard() throws IOException {
        open.complete();
        mixedColumns.addAll(open.mixedColumns());
        open = null;
    }

    /** Makes the files visible under their names. @return them in order; one empty file if there was no row */
    public List<Path> finish() throws IOException {
        if (shards.isEmpty()) {
            open = ShardFile.create(AtomicFile.ownTemporary(target, AtomicFile.TEMPORARY_SUFFIX), form);
            shards.add(open);
        }
        if (open != null) {
            closeShard();
        }
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            Path file = shardBytes > 0 ? target.resolveSibling(shardName(i, shards.size())) : target;
            AtomicFile.publish(shards.get(i).path(), file);
            files.add(file);
        }
        shards.clear();
        return files;
    }

    private String shardName(int index, int count) {
        String name = target.getFileName().toString();
        int dot = name.indexOf('.', 1);
        int digits = Integer.toString(count).length() + 1;
        String number = ("-%0" + digits + "d-of-%0" + digits + "d").formatted(index, count);
        return dot < 0 ? name + number : name.substring(0, dot) + number + name.substring(dot);
    }

    /** Columns of finished Parquet shards that hold values of several types, as text. */
    public SortedSet<String> mixedColumns() {
        return mixedColumns;
    }

    /** Removes what was not finished. */
    @Override
    public void close() throws IOException {
        for (ShardFile shard : shards) {
            shard.abandon();
        }
        shards.clear();
    }
}
