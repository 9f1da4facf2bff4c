package quern.curation;

import java.util.List;

/** The signatures of several files as one sequence: those of earlier datasets, then a stage's own. */
final class JoinedSignatures implements Signatures {

    private final List<SignatureFile> files;
    private final int count;

    JoinedSignatures(List<SignatureFile> files) {
        this.files = List.copyOf(files);
        long all = files.stream().mapToLong(SignatureFile::count).sum();
        if (all >= Integer.MAX_VALUE) {
            throw new RunException("deduplication over " + all + " samples, at most " + (Integer.MAX_VALUE - 1));
        }
        this.count = (int) all;
    }

    @Override
    public int count() {
        return count;
    }

    @Override
    public Pass pass() {
        return new JoinedPass();
    }

    /** The id of one entry, counted through all files. */
    String idOf(int entry) {
        int left = entry;
        for (SignatureFile file : files) {
            if (left < file.count()) {
                return file.idOf(left);
            }
            left -= file.count();
        }
        throw new IndexOutOfBoundsException("signature " + entry + " of " + count);
    }

    private final class JoinedPass implements Pass {

        private int file;
        private Pass current;

        @Override
        public boolean next() {
            while (true) {
                if (current != null && current.next()) {
                    return true;
                }
                if (file == files.size()) {
                    return false;
                }
                current = files.get(file++).pass();
            }
        }

        @Override
        public boolean isPresent() {
            return current.isPresent();
        }

        @Override
        public long longAt(int byteAt) {
            return current.longAt(byteAt);
        }

        @Override
        public void close() {
            current = null;
        }
    }
}
