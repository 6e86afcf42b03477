import { explainType, isNull, sqlType, type AddedColumn } from '@headwater/kernel/internal';
