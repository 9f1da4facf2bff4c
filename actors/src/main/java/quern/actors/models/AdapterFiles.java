package quern.actors.models;

import java.io.IOException;
import java.io.InputStream;

/** Where the bytes of adapters come from that go into a bundle. */
@FunctionalInterface
public interface AdapterFiles {

    /** A file of an adapter, in clear; the caller closes it. */
    InputStream open(BundledAdapter adapter, String file) throws IOException;

    /** Where there are no adapters. */
    AdapterFiles NONE = (adapter, file) -> InputStream.nullInputStream();
}
