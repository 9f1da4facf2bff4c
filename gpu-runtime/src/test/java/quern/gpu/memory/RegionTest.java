package quern.gpu.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class RegionTest {

    @Test
    void shouldRefuseAccessWhenItsOwnerIsClosed() {
        var region = new Region(100);
        var view = region.view(40, 8);
        assertEquals(0, view.get(ValueLayout.JAVA_BYTE, 7));
        assertEquals(0, region.view(0, 100).address() % Region.ALIGNMENT_BYTES);
        assertThrows(IndexOutOfBoundsException.class, () -> region.view(96, 5));
        region.close();
        assertThrows(IllegalStateException.class, () -> view.get(ValueLayout.JAVA_BYTE, 0));
        assertThrows(IllegalArgumentException.class, () -> new Region(-1));
    }
}
