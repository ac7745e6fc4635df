import { inject } from 'vitest'
import { trust } from './trust.ts'

trust(inject('emulator').authority)
