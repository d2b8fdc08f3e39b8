/**
 * Before any schema is made: zod would compile its parsers with `new Function`, which the page's policy refuses. It
 * notices and goes on, but each attempt is reported as a violation.
 */
import * as z from 'zod';

z.config({ jitless: true });
