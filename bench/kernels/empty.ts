/** No kernel at all: what main's loop costs by itself. */
import { wdr } from './chip';

export function main(): void {
  for (;;) wdr();
}
