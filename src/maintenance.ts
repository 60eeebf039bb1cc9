import type { CheckState, ServiceId } from './model.ts';

/** Consul's maintenance mode of a service, which is one more check of it; what begins with our name is ours to end. */

export const maintenancePrefix = 'reconsul: ';

/** The id that Consul gives that check. */
export const maintenanceId = (id: ServiceId): string => `_service_maintenance:${id}`;

/** Whether we ordered it. Any other is people's. */
export const isOurMaintenance = ({ notes }: Pick<CheckState, 'notes'>): boolean => notes.startsWith(maintenancePrefix);
