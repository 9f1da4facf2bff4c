package quern.curation.erase;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import quern.curation.DatasetManifest;
import quern.curation.DatasetManifest.Shard;
import quern.curation.DatasetManifest.Tombstone;
import quern.curation.DuplicateLog;
import quern.curation.Json;
import quern.curation.RejectLog;
import quern.curation.RunException;
import quern.curation.RunManner;
import quern.curation.RunReport;
import quern.kv.DataDirectory;

/**
 * A finished dataset once more, without some documents: nothing of their text is left, samples made of them and others
 * go whole, and all else is byte for byte what it was. The manifest of the new one holds a {@link Tombstone} of the
 * old one. The same rewrite gives the same bytes and the same manifest.
 *
 * <p>What was measured over all samples stays as it was measured: only numbers. Signatures that later runs compare with
 * are left out; they are made again when one asks for them.
 */
public final class DatasetRewrite {

    private static final String SIGNATURES = "signatures";
    private static final String TRACE = "trace-";
    private static final Pattern NUMBER = Pattern.compile("[0-9]+");
    private static final String SCRATCH = "scratch";

    private final Path from;
    private final Path to;
    private final DatasetManifest old;
    private final Erasure erasure;
    private final Origin origin;
    private final Pace pace;
    private final List<String> notes = new ArrayList<>();
    private Reentry again;
    private Logs logs;
    private KeptSamples kept;
    private long reentered;

    private DatasetRewrite(Path from, Path to, Erasure erasure, Origin origin, Progress progress) {
        this.from = from;
        this.to = to;
        this.old = DatasetManifest.read(from);
        this.erasure = erasure;
        this.origin = origin;
        this.pace = new Pace(progress);
    }

    /** What a finished dataset holds of documents; nothing is changed. */
    public static Holding inspect(Path dataset, Set<String> documentIds) {
        Erasure erasure = new Erasure("", documentIds);
        Pace pace = new Pace(Progress.NONE);
        DatasetManifest manifest = DatasetManifest.read(dataset);
        try {
            boolean has = manifest.documentIds().stream().anyMatch(erasure::isOf);
            KeptSamples kept = has ? KeptSamples.of(dataset, manifest, erasure, pace) : null;
            long samples = has ? kept.gone.cardinality() : 0;
            Logs logs = new Logs(dataset, erasure, null, pace);
            logs.readRejects(_ -> { });
            logs.readDuplicates(_ -> { });
            boolean any = samples + logs.dropped + logs.changed > 0;
            Path report = dataset.resolve(RunReport.FILE);
            long quoted = Files.exists(report)
                    ? new Quotes(erasure, manifest, has && kept.joins).count(RunReport.figures(dataset)) : 0;
            long stats = samples == 0 ? 0 : Lines.count(dataset.resolve(RunManner.STATS));
            long traces = 0;
            for (Path trace : any ? files(dataset, TRACE) : List.<Path>of()) {
                traces += Lines.count(trace);
            }
            return new Holding(samples, has ? kept.joined : 0, logs.dropped, logs.changed, logs.duplicates,
                    logs.standing, quoted, stats == manifest.kept() ? samples : stats, traces,
                    samples > 0 && Files.exists(dataset.resolve(SIGNATURES))
                            ? files(dataset.resolve(SIGNATURES), "").size() : 0);
        } catch (IOException e) {
            throw new UncheckedIOException(dataset.toString(), e);
        }
    }

    /**
     * Documents of which a finished dataset has no sample, only traces of those that were dropped: in its logs and its
     * report.
     *
     * @param withheld reason with which samples are dropped of which nothing was read
     */
    public static Set<String> readOnly(Path dataset, String withheld) {
        TreeSet<String> documents = new TreeSet<>();
        RejectLog.read(dataset, entry -> {
            if (!entry.reason().equals(withheld)) {
                documents.add(entry.documentId());
            }
        });
        if (Files.exists(dataset.resolve(RunReport.FILE))) {
            Quotes.documents(RunReport.figures(dataset), documents);
        }
        DatasetManifest.read(dataset).documentIds().forEach(documents::remove);
        return documents;
    }

    /**
     * Writes a dataset once more without documents.
     *
     * @param from directory of a finished dataset, which stays as it is
     * @param to directory of the new one; an attempt before that ended half-way goes on behind the last shard it
     *     finished there for the same erasure, and what one finished is the result
     * @param origin how the dataset was made, as far as it is known
     * @throws RunException if {@code to} holds another finished dataset
     */
    public static Rewritten rewrite(Path from, Path to, Erasure erasure, Origin origin, Progress progress) {
        try {
            if (Files.exists(to.resolve(DatasetManifest.FILE))) {
                return finished(DatasetManifest.read(from), DatasetManifest.read(to), erasure, to);
            }
            DatasetRewrite rewrite = new DatasetRewrite(from, to, erasure, origin, progress);
            new HalfMade(to, rewrite.old, erasure).goOn();
            return rewrite.write();
        } catch (IOException e) {
            throw new UncheckedIOException("rewriting " + from + " as " + to, e);
        }
    }

    private static Rewritten finished(DatasetManifest old, DatasetManifest found, Erasure erasure, Path to) {
        Tombstone last = found.tombstones().isEmpty() ? null : found.tombstones().getLast();
        if (last == null || !last.manifest().equals(old.id()) || !last.erasure().equals(erasure.id())) {
            throw new RunException(to + " holds dataset " + found.id() + ", not " + old.id() + " after erasure "
                    + erasure.id());
        }
        return new Rewritten(found, last);
    }

    private Rewritten write() throws IOException {
        again = Reentry.of(from, old, erasure, origin, to.resolve(SCRATCH), pace);
        logs = new Logs(from, erasure, again, pace);
        kept = KeptSamples.of(from, old, erasure, pace, again::stays);
        List<Shard> shards = new ArrayList<>();
        int first = 0;
        for (Shard shard : old.shards()) {
            shards.addAll(shard(shard, first));
            first += Math.toIntExact(shard.samples());
        }
        besides();
        again.settle(to, shards);
        shards.addAll(reentering());
        long entries;
        try (LineOutput rejects = new LineOutput(to.resolve(RejectLog.FILE));
                LineOutput duplicates = new LineOutput(to.resolve(DuplicateLog.FILE))) {
            logs.readRejects(rejects::append);
            logs.appendRejects(rejects::append);
            logs.readDuplicates(duplicates::append);
            again.newDuplicates(duplicates::append);
            entries = rejects.lines();
        }
        traces();
        notes.addAll(again.notes);
        DataDirectory.removeTree(to.resolve(SCRATCH));
        DatasetManifest manifest = manifest(shards, entries);
        report(manifest);
        pace.told();
        HalfMade.end(to);
        Json.forceDirectory(to);
        Json.writeAtomically(to.resolve(DatasetManifest.FILE), Json.pretty(manifest.toJson()));
        return new Rewritten(manifest, manifest.tombstones().getLast());
    }

    /** What comes back is made beyond what was read, as far as it is more than had been dropped. */
    private DatasetManifest manifest(List<Shard> shards, long entries) throws IOException {
        long samples = kept.gone.cardinality();
        logs.drops.add(Drops.ERASURE, Drops.ERASED, samples + logs.dropped);
        TreeSet<String> erased = new TreeSet<>(kept.erased);
        erased.addAll(logs.erased);
        List<Tombstone> tombstones = new ArrayList<>(old.tombstones());
        tombstones.add(new Tombstone(old.id(), erasure.id(), erased.size(), samples, logs.dropped, reentered,
                logs.standing, notes));
        return new DatasetManifest("", old.name(), old.recipeHash(), old.operators(), old.in(),
                old.made() + reentered + logs.redropped - logs.redone, old.kept() - samples + reentered,
                logs.drops.and(old.dropped()), shards, Shard.of(to.resolve(RejectLog.FILE), entries),
                List.copyOf(kept.documents), old.labels(), tombstones).withId();
    }

    /** A shard behind the others with the samples that come back; none where none does. */
    private List<Shard> reentering() throws IOException {
        List<PlacedLines.Line> besides = new ArrayList<>();
        int number = old.shards().stream().mapToInt(DatasetRewrite::number).max().orElse(-1) + 1;
        boolean packed = origin instanceof Origin.Known known && known.pipeline().recipe().compressed();
        Path file = to.resolve("shard-%05d.jsonl".formatted(number) + (packed ? ".zst" : ""));
        try (LineOutput out = new LineOutput(file)) {
            again.samples(line -> {
                pace.line();
                out.append(line.bytes());
                kept.documents.addAll(line.place().all());
                besides.add(new PlacedLines.Line(new byte[0], line.place(), line.lineage(), line.stats()));
            });
            reentered = out.lines();
        }
        if (reentered == 0) {
            Files.delete(file);
            return List.of();
        }
        append(RunManner.STATS, besides.stream().map(PlacedLines.Line::stats).toList());
        append(RunManner.LINEAGE, besides.stream().map(PlacedLines.Line::lineage).toList());
        return List.of(Shard.of(file, reentered));
    }

    private static int number(Shard shard) {
        Matcher matcher = NUMBER.matcher(shard.file());
        return matcher.find() ? Integer.parseInt(matcher.group()) : -1;
    }

    /** Lines of samples that come back, where the dataset's own samples have such lines. */
    private void append(String name, List<byte[]> lines) throws IOException {
        Path file = to.resolve(name);
        long some = lines.stream().filter(Objects::nonNull).count();
        if (some == lines.size() && Files.exists(file)) {
            try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                for (byte[] line : lines) {
                    out.write(line);
                }
            }
            LineOutput.force(file);
        } else if (some > 0) {
            Files.deleteIfExists(file);
            notes.add(name + " is left out: not every sample has a line there, so they cannot be told apart");
        }
    }

    /** Nothing where none of its samples stays. */
    private List<Shard> shard(Shard shard, int first) throws IOException {
        int last = first + Math.toIntExact(shard.samples());
        long left = shard.samples() - kept.gone.get(first, last).cardinality();
        if (left == 0) {
            return List.of();
        }
        Path target = to.resolve(shard.file());
        if (!Files.exists(target)) {
            Path part = HalfMade.part(target);
            if (left == shard.samples()) {
                LineOutput.copy(from.resolve(shard.file()), part);
            } else {
                filter(from.resolve(shard.file()), part, first);
            }
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        }
        pace.told();
        return List.of(Shard.of(target, left));
    }

    /** Copies the lines of samples that stay. */
    private void filter(Path source, Path target, int first) throws IOException {
        try (Lines lines = new Lines(source); LineOutput out = new LineOutput(target)) {
            int index = first;
            for (byte[] line = lines.next(); line != null; line = lines.next()) {
                pace.line();
                if (!kept.gone.get(index++)) {
                    out.append(line);
                }
            }
        }
    }

    /** Files with a line for each sample. */
    private void besides() throws IOException {
        for (String name : List.of(RunManner.STATS, RunManner.LINEAGE)) {
            Path source = from.resolve(name);
            if (!Files.exists(source)) {
                continue;
            }
            long lines = Lines.count(source);
            if (kept.gone.isEmpty() || lines == 0) {
                LineOutput.copy(source, to.resolve(name));
            } else if (lines == old.kept()) {
                filter(source, to.resolve(name), 0);
            } else {
                notes.add(name + " is left out: not every sample has a line there, so they cannot be told apart");
            }
        }
    }

    private void traces() throws IOException {
        boolean any = !kept.gone.isEmpty() || logs.dropped + logs.changed > 0;
        Set<String> known = new HashSet<>(Set.of(DatasetManifest.FILE, RejectLog.FILE, DuplicateLog.FILE,
                RunManner.STATS, RunManner.LINEAGE, RunReport.FILE, RunReport.PAGE, SIGNATURES));
        old.shards().forEach(shard -> known.add(shard.file()));
        for (Path file : files(from, "")) {
            String name = file.getFileName().toString();
            if (name.startsWith(TRACE) && !any) {
                LineOutput.copy(file, to.resolve(name));
            } else if (name.startsWith(TRACE)) {
                notes.add(name + " is left out: it does not say whose its samples are");
            } else if (!known.contains(name)) {
                notes.add(name + " is left out: it is not known what it holds");
            }
        }
    }

    private void report(DatasetManifest manifest) throws IOException {
        if (Files.exists(from.resolve(RunReport.FILE))) {
            new ReportRewrite(RunReport.figures(from), manifest, new Quotes(erasure, old, kept.joins))
                    .write(to, origin.textKey(), logs.changed - logs.rechanged);
        }
    }

    /** Those whose names begin so, in order. */
    private static List<Path> files(Path directory, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix)).sorted().toList();
        }
    }
}
