import { comprehensiveInitialSetup } from 'bookmeatoz/migrations'

export const { up, down } = comprehensiveInitialSetup({ owner: 'demo_owner', appRole: 'demo_app', authRole: 'demo_auth' })
