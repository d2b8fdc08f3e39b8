/** Names of an app's machines for their ids. */
import { operations } from '@postern/contract';
import { useCall } from '../api/use-call.ts';
import { visibleText } from '../components/text.tsx';

/** @param app where to look; an id that is not found there stands for itself. */
export function useMachineNames(app: string | null | undefined): (id: string) => string {
  const { data } = useCall(
    operations.listMachines,
    app === null || app === undefined ? undefined : { params: { app } },
  );
  const names = new Map(data?.map(({ id, name }) => [id, name]));
  return (id) => visibleText(names.get(id) ?? id);
}
